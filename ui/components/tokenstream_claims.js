// The claims of a report, marked in its text.

// Cuts lead and text where a claim or the lead ends. Claims count code points of both together, as
// Python does; strings here count UTF-16 units.
function claimParts(lead, text, claims) {
  const all = lead + text;
  const units = [0];
  for (const letter of all) units.push(units.at(-1) + letter.length);
  const spans = claims.map((claim) => ({ claim, from: units[claim.start], to: units[claim.end] }));
  const cuts = new Set([0, lead.length, all.length, ...spans.flatMap(({ from, to }) => [from, to])]);
  const ordered = [...cuts].sort((one, other) => one - other);
  return ordered.slice(1).map((to, at) => {
    const from = ordered[at];
    const about = spans.filter((span) => span.from <= from && to <= span.to).map(({ claim }) => claim);
    return { text: all.slice(from, to), lead: to <= lead.length, claims: about };
  });
}

function claimMark(text, claims, tip) {
  const supported = claims.every((claim) => claim.supported);
  const mark = element("mark", supported ? "supported" : "unsupported", text);
  mark.dataset.testid = "tokenstream-claim";
  mark.tabIndex = 0;
  const words = claims.map((claim) => `${claim.supported ? "Supported" : "Not supported"}: ${claim.reason}`).join("\n");
  mark.setAttribute("aria-description", words);
  mark.onmouseenter = mark.onfocus = () => tip.show(mark, words);
  mark.onmouseleave = mark.onblur = () => tip.hide();
  return mark;
}

// A line of words beside what it is about, inside `home`.
class Tip {
  constructor(home) {
    this.home = home;
    this.element = element("div", "tip");
    this.element.setAttribute("role", "tooltip");
    this.element.dataset.testid = "tokenstream-tip";
    this.hide();
    home.append(this.element);
  }

  show(about, words) {
    this.element.textContent = words;
    this.element.hidden = false;
    const home = this.home.getBoundingClientRect();
    const [box] = about.getClientRects();
    const left = Math.min(box.left - home.left, home.width - this.element.offsetWidth);
    this.element.style.left = `${Math.max(0, left)}px`;
    this.element.style.top = `${box.bottom - home.top + 4}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}
