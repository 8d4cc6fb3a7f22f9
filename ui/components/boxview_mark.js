// One box in its three places: the rectangle on the picture, its tag, its row in the table.
const SVG = "http://www.w3.org/2000/svg";

class Mark {
  constructor(box, index, data) {
    this.box = box;
    this.style = data.styles[box.label];
    this.shape = rectangle(box, "box");
    this.group = document.createElementNS(SVG, "g");
    this.group.append(rectangle(box, "halo"), this.shape);
    this.tag = this.makeTag(data);
    this.row = this.makeRow(index);
    this.name(index, data.boxes.length);
    for (const part of this.parts()) {
      part.style.setProperty("--colour", this.style.colour);
      part.style.setProperty("--ink", this.style.ink);
    }
  }

  parts() {
    return [this.group, this.shape, this.tag, this.row];
  }

  name(index, all) {
    const { shape, box } = this;
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    shape.setAttribute("aria-label", `${box.label}, score ${percent(box.score)}, box ${index + 1} of ${all}`);
    shape.setAttribute("stroke-dasharray", this.style.dash);
    shape.dataset.testid = "boxview-box";
    shape.dataset.index = index;
  }

  makeTag({ width, height }) {
    const tag = element("span", "tag", this.box.label);
    tag.style.left = `${(100 * this.box.x) / width}%`;
    tag.style.top = `${(100 * this.box.y) / height}%`;
    tag.classList.toggle("inside", this.box.y < 0.06 * height);
    return tag;
  }

  makeRow(index) {
    const { label, score, x, y, width, height } = this.box;
    const row = element("tr");
    row.dataset.testid = "boxview-row";
    row.dataset.index = index;
    const name = element("td");
    name.title = label;
    name.append(element("span", "swatch"), label);
    const numbers = [score.toFixed(2), ...[x, y, width, height].map(Math.round)];
    row.append(name, ...numbers.map((number) => element("td", "number", number)));
    return row;
  }

  toggle(state, on) {
    for (const part of this.parts()) part.classList.toggle(state, on);
  }

  visible(on) {
    this.group.style.display = on ? "" : "none";
    this.tag.hidden = this.row.hidden = !on;
  }
}

function rectangle(box, name) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", name);
  for (const side of ["x", "y", "width", "height"]) rect.setAttribute(side, box[side]);
  return rect;
}

function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}
