// A picture with its boxes. Hover, chips, score and selection are the browser's business alone;
// Python hears of a selection, and of a score or chip once it is settled.
const CROWDED = 24;
const RETRY_MS = [500, 1000, 2000, 4000];
const views = new WeakMap(); // one per mounted root: it survives redraws with new data

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".bv");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.tell = setStateValue;
  view.show(data);
}

class View {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.score = this.find(".score input");
    this.score.oninput = () => this.setThreshold(Number(this.score.value));
    this.score.onchange = () => this.tellView();
    this.find(".reset").onclick = () => this.reset();
    this.find(".stage").onkeydown = (event) => this.key(event);
    this.find(".boxes").onclick = (event) => event.target === this.find(".boxes") && this.choose(null);
  }

  show(data) {
    const before = this.data;
    this.data = data;
    if (before?.src !== data.src) this.load(data.src, before?.picture === data.picture);
    this.find(".picture").alt = data.alt;
    this.find(".stage").style.setProperty("--width", data.width);
    this.find(".stage").style.setProperty("--height", data.height);
    this.root.classList.toggle("bare", data.bare);
    if (JSON.stringify(before?.boxes) === JSON.stringify(data.boxes) && before?.id === data.id) return;
    this.threshold = data.threshold;
    this.hidden = new Set();
    this.chosen = null;
    this.build();
    this.update();
  }

  load(src, same, attempt = 0) {
    this.root.classList.toggle("loading", !same);
    this.find(".broken").hidden = true;
    const next = new Image();
    next.onload = () => {
      if (this.data.src !== src) return;
      this.find(".picture").src = src;
      this.root.classList.remove("loading");
    };
    next.onerror = () => {
      if (this.data.src !== src) return;
      if (attempt < RETRY_MS.length) setTimeout(() => this.load(src, same, attempt + 1), RETRY_MS[attempt]);
      else this.find(".broken").hidden = false;
    };
    next.src = src;
  }

  build() {
    const { boxes, width, height, floor } = this.data;
    this.find(".boxes").setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.marks = boxes.map((box, index) => this.mark(box, index));
    const bySize = [...this.marks].sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
    this.find(".boxes").replaceChildren(...bySize.map((mark) => mark.group)); // small ones on top
    this.find(".tags").replaceChildren(...bySize.map((mark) => mark.tag));
    this.find("tbody").replaceChildren(...this.marks.map((mark) => mark.row));
    this.find(".chips").replaceChildren(...this.labels().map((label) => this.chip(label)));
    this.score.min = floor;
    this.find(".tip").hidden = true;
  }

  labels() {
    return [...new Set(this.data.boxes.map((box) => box.label))].sort();
  }

  mark(box, index) {
    const mark = new Mark(box, index, this.data);
    const { shape, row } = mark;
    shape.onmousemove = shape.onfocus = row.onmouseenter = (event) => this.heat(mark, event);
    shape.onmouseleave = shape.onblur = row.onmouseleave = () => this.heat(null);
    shape.onclick = row.onclick = () => this.choose(this.chosen === index ? null : index);
    return mark;
  }

  chip(label) {
    const style = this.data.styles[label];
    const chip = element("button", "chip");
    chip.type = "button";
    chip.dataset.testid = "boxview-chip";
    chip.dataset.label = label;
    chip.title = `Show or hide “${label}”`;
    chip.style.setProperty("--colour", style.colour);
    chip.append(element("span", "swatch"), element("span", "", label), element("b"));
    chip.onclick = () => {
      if (!this.hidden.delete(label)) this.hidden.add(label);
      this.update();
      this.tellView();
    };
    return chip;
  }

  setThreshold(threshold) {
    this.threshold = threshold;
    this.update();
  }

  reset() {
    this.hidden.clear();
    this.setThreshold(this.data.threshold);
    this.tellView();
  }

  visible() {
    return this.marks.filter(({ box }) => box.score >= this.threshold && !this.hidden.has(box.label));
  }

  update() {
    const shown = new Set(this.visible());
    if (this.chosen !== null && !shown.has(this.marks[this.chosen])) this.choose(null);
    for (const mark of this.marks) mark.visible(shown.has(mark));
    for (const chip of this.find(".chips").children) {
      const own = this.marks.filter(({ box }) => box.label === chip.dataset.label);
      const passing = own.filter(({ box }) => box.score >= this.threshold).length;
      chip.lastChild.textContent = passing === own.length ? own.length : `${passing} of ${own.length}`;
      chip.setAttribute("aria-pressed", String(!this.hidden.has(chip.dataset.label)));
    }
    this.score.value = this.threshold;
    this.find(".score output").value = this.threshold.toFixed(2);
    this.find(".stage").classList.toggle("crowded", shown.size > CROWDED);
    this.find(".reset").disabled = this.threshold === this.data.threshold && !this.hidden.size;
    this.find(".list").hidden = !shown.size;
    this.find(".count").textContent = this.counted(shown.size);
    this.find(".bar").classList.toggle("none", !shown.size);
  }

  counted(shown) {
    const all = this.marks.length;
    if (!all) return `No box reached ${this.data.floor.toFixed(2)}, the lowest score kept. Try other words for what you look for, or another model.`;
    if (shown) return `${shown} of ${all} ${all === 1 ? "box" : "boxes"} shown`;
    const switchedOn = this.marks.filter(({ box }) => !this.hidden.has(box.label));
    if (!switchedOn.length) return "Every label is switched off; switch one on to see its boxes.";
    const { box } = switchedOn.reduce((best, mark) => (mark.box.score > best.box.score ? mark : best));
    const best = `the best was ${box.score.toFixed(2)} for “${box.label}”`;
    return `No box reached ${this.threshold.toFixed(2)}; ${best}. Lower the score here, try other words, or another model.`;
  }

  heat(mark, event) {
    for (const each of this.marks) each.toggle("hot", each === mark);
    const tip = this.find(".tip");
    tip.hidden = !mark || event?.currentTarget === mark.row;
    if (tip.hidden) return;
    tip.textContent = `${mark.box.label}  ${percent(mark.box.score)}`;
    const stage = this.find(".stage").getBoundingClientRect();
    const at = event.clientX === undefined ? mark.shape.getBoundingClientRect() : { left: event.clientX, top: event.clientY };
    const left = at.left - stage.left + 12;
    tip.style.left = `${Math.max(0, Math.min(left, stage.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.min(at.top - stage.top + 12, stage.height - tip.offsetHeight)}px`;
  }

  choose(index) {
    if (this.chosen === index) return;
    this.chosen = index;
    this.marks.forEach((mark, at) => {
      mark.toggle("chosen", at === index);
      mark.shape.setAttribute("aria-pressed", String(at === index));
    });
    this.find(".stage").classList.toggle("choosing", index !== null);
    this.reveal(this.marks[index]?.row);
    this.tell("selected", { id: this.data.id, index });
  }

  reveal(row) {
    if (!row) return;
    const list = this.find(".list");
    const head = this.find("thead").offsetHeight;
    if (row.offsetTop < list.scrollTop + head) list.scrollTop = row.offsetTop - head;
    const below = row.offsetTop + row.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = event.target.dataset?.index;
    if (event.key === "Escape" && this.chosen !== null) {
      event.stopPropagation();
      this.choose(null);
    } else if (at !== undefined && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent("click"));
    } else if (at !== undefined && step) {
      event.preventDefault();
      const shown = this.visible();
      const now = shown.indexOf(this.marks[at]);
      shown[(now + step + shown.length) % shown.length].shape.focus();
    }
  }

  tellView() {
    this.tell("view", { id: this.data.id, threshold: this.threshold, hidden: [...this.hidden].sort() });
  }
}
