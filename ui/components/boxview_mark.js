// One box in its three places: the rectangle on the picture, its tag, its row in the table.

class Mark {
  constructor(box, index, data) {
    this.box = box;
    this.index = index;
    this.style = data.styles[box.label];
    this.shape = rectangle(box.box, "box");
    this.group = document.createElementNS(SVG, "g");
    this.group.append(rectangle(box.box, "halo"), this.shape);
    this.tag = this.makeTag(data);
    this.badge = this.makeBadge(data);
    this.row = this.makeRow();
    this.shape.setAttribute("tabindex", "0");
    this.shape.setAttribute("role", "button");
    this.shape.setAttribute("stroke-dasharray", this.style.dash);
    this.shape.dataset.testid = "boxview-box";
    this.shape.dataset.index = index;
    this.all = data.boxes.length;
    this.judge(null);
    for (const part of this.parts()) {
      part.style.setProperty("--colour", this.style.colour);
      part.style.setProperty("--ink", this.style.ink);
    }
  }

  parts() {
    return [this.group, this.shape, this.tag, this.row];
  }

  makeTag({ width, height }) {
    const { ymin } = this.box.box;
    const tag = element("span", "tag", this.box.label);
    pin(tag, this.box.box, width);
    tag.style.top = `${(100 * ymin) / height}%`;
    tag.classList.toggle("inside", ymin < 0.06 * height);
    return tag;
  }

  makeBadge({ width, height }) {
    const { xmin, xmax, ymin } = this.box.box;
    const far = farRight(this.box.box, width);
    const badge = element("span", far ? "badge far" : "badge");
    badge.dataset.testid = "boxview-badge";
    badge.style.left = `${(100 * (far ? xmin : xmax)) / width}%`;
    badge.style.top = `${(100 * ymin) / height}%`;
    return badge;
  }

  makeRow() {
    const { label, score, box } = this.box;
    const row = element("tr");
    row.dataset.testid = "boxview-row";
    row.dataset.index = this.index;
    const name = element("td");
    name.title = label;
    this.said = element("span", "said");
    name.append(element("span", "swatch"), this.said, label);
    const numbers = [box.xmin, box.ymin, box.xmax - box.xmin, box.ymax - box.ymin].map(Math.round);
    row.append(name, ...[score.toFixed(2), ...numbers].map((number) => element("td", "number", number)));
    return row;
  }

  // Show the verdict where there is one: by its shape, and in words for those who do not see it.
  judge(verdict) {
    const { label, score } = this.box;
    const said = verdict ? `, judged: ${MARKS[verdict].name}` : "";
    const named = `${label}, score ${percent(score)}, box ${this.index + 1} of ${this.all}${said}`;
    this.shape.setAttribute("aria-label", named);
    this.judgedAs = verdict;
    this.badge.replaceChildren(...(verdict ? [icon(verdict)] : []));
    this.said.replaceChildren(...(verdict ? [icon(verdict)] : []));
    this.said.title = verdict ? MARKS[verdict].name : "";
    this.badge.hidden = !verdict || this.hidden;
  }

  toggle(state, on) {
    for (const part of this.parts()) part.classList.toggle(state, on);
  }

  visible(on) {
    this.hidden = !on;
    this.group.style.display = on ? "" : "none";
    this.tag.hidden = this.row.hidden = !on;
    this.badge.hidden = !on || !this.judgedAs;
  }
}

// Where a label would run out of the picture, its tag ends with the box, and the badge is at the left.
function farRight({ xmin }, width) {
  return xmin > 0.6 * width;
}

function pin(tag, box, width) {
  const far = farRight(box, width);
  tag.classList.toggle("far", far);
  if (far) tag.style.right = `${(100 * (width - box.xmax)) / width}%`;
  else tag.style.left = `${(100 * box.xmin) / width}%`;
}

function rectangle(box, name) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", name);
  outline(rect, box);
  return rect;
}

function outline(rect, { xmin, ymin, xmax, ymax }) {
  const sides = { x: xmin, y: ymin, width: xmax - xmin, height: ymax - ymin };
  for (const [side, pixels] of Object.entries(sides)) rect.setAttribute(side, pixels);
}
