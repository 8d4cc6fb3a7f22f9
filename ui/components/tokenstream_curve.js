// How open the choice was at each token: entropy as a stepped line, in bits.
const LEAST_TOP = 2; // bits; so that a text written with certainty does not look wild

class Curve {
  constructor(hear) {
    this.element = element("figure", "curve");
    this.element.dataset.testid = "tokenstream-curve";
    this.caption = element("figcaption");
    this.top = element("span", "top");
    this.svg = drawn("svg", { preserveAspectRatio: "none", role: "img" });
    this.element.append(this.caption, this.top, this.svg, element("span", "bottom", "0"));
    const at = (event) => {
      const { left, width } = this.svg.getBoundingClientRect();
      const place = Math.floor(((event.clientX - left) / width) * this.count);
      return Math.min(this.count - 1, Math.max(0, place));
    };
    this.svg.onpointermove = (event) => hear.look(at(event));
    this.svg.onclick = (event) => hear.keep(at(event));
  }

  draw(tokens) {
    this.count = tokens.length;
    const values = tokens.map(({ entropy }) => (entropy === undefined ? null : bits(entropy)));
    const told = values.filter((value) => value !== null);
    const mean = told.reduce((sum, value) => sum + value, 0) / told.length;
    const most = told.reduce((high, value) => Math.max(high, value), 0);
    const top = Math.max(LEAST_TOP, Math.ceil(most));
    this.caption.textContent = `Entropy per token, in bits: mean ${mean.toFixed(2)}, highest ${most.toFixed(2)}`;
    this.top.textContent = top;
    this.svg.setAttribute("viewBox", `0 0 ${values.length} ${top}`);
    this.svg.setAttribute("aria-label", this.caption.textContent);
    this.marker = drawn("line", { class: "marker", y1: 0, y2: top, x1: -1, x2: -1 });
    this.svg.replaceChildren(drawn("path", { class: "entropy", d: steps(values, top) }), this.marker);
  }

  mark(at) {
    for (const end of ["x1", "x2"]) this.marker.setAttribute(end, at + 0.5);
  }
}

function steps(values, top) {
  let d = "";
  values.forEach((value, at) => {
    if (value === null) return;
    const joined = at > 0 && values[at - 1] !== null;
    d += `${joined ? "V" : `M${at} `}${(top - value).toFixed(3)}H${at + 1}`;
  });
  return d;
}
