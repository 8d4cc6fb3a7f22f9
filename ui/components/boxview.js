// A picture with its boxes. Hover, chips, sliders and selection are the browser's business alone;
// Python hears what is judged, as soon as it is.
const CROWDED = 24;
const BUSY = 8; // the same on a narrow page
const RETRY_MS = [500, 1000, 2000, 4000];
const views = new WeakMap(); // one per mounted root: it survives redraws with new data

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".bv");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.show(data, setTriggerValue);
  const hear = (event) => view.key(event);
  document.addEventListener("keydown", hear, true); // before the page's own keys
  return () => document.removeEventListener("keydown", hear, true);
}

class View {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.marks = [];
    this.chosen = null;
    this.judge = new Judge(this);
    this.missed = new Missed(this, this.judge.judgement);
    this.score = this.find(".least");
    this.overlap = this.find(".overlap");
    this.suppressing = this.find(".suppressing");
    this.score.oninput = () => this.setThreshold(Number(this.score.value), true);
    this.overlap.oninput = this.suppressing.onchange = () => this.update();
    this.find(".reset").onclick = () => this.reset();
    this.find(".boxes").onclick = (event) => event.target === this.find(".boxes") && this.choose(null);
  }

  show(data, tell) {
    const before = this.data;
    this.data = data;
    const lost = !this.find(".broken").hidden && before.src !== data.src;
    if (before?.picture !== data.picture || lost) this.load(data.picture);
    this.find(".picture").alt = data.alt;
    this.find(".stage").style.setProperty("--width", data.width);
    this.find(".stage").style.setProperty("--height", data.height);
    this.root.classList.toggle("bare", data.bare);
    this.judge.show(data.id, data.judge, tell);
    if (JSON.stringify(before?.boxes) !== JSON.stringify(data.boxes) || before?.id !== data.id) this.renew();
    this.update();
    if (before && data.id && before.id !== data.id) this.reveal();
  }

  // On a phone the button stands a screen or two under the picture.
  reveal() {
    const stage = this.find(".stage");
    const { top, bottom } = stage.getBoundingClientRect();
    if (bottom <= 0 || top >= innerHeight) stage.scrollIntoView({ block: "center" });
  }

  renew() {
    this.threshold = this.data.threshold;
    this.moved = false;
    this.suppressing.checked = false;
    this.hidden = new Set();
    this.chosen = null;
    this.find(".stage").classList.remove("choosing");
    this.missed.set(false);
    this.build();
  }

  // The same picture is fetched once, whatever address it has later.
  load(picture, attempt = 0) {
    this.root.classList.add("loading");
    this.find(".broken").hidden = true;
    const next = new Image();
    next.onload = () => {
      if (this.data.picture !== picture) return;
      this.find(".picture").src = next.src;
      this.root.classList.remove("loading");
    };
    next.onerror = () => {
      if (this.data.picture !== picture) return;
      if (attempt < RETRY_MS.length) setTimeout(() => this.load(picture, attempt + 1), RETRY_MS[attempt]);
      else this.find(".broken").hidden = false;
    };
    next.src = this.data.src;
  }

  build() {
    const { boxes, width, height, floor } = this.data;
    this.find(".boxes").setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.marks = boxes.map((box, index) => this.mark(box, index));
    const size = ({ box: { box } }) => area(box);
    const bySize = [...this.marks].sort((a, b) => size(b) - size(a));
    this.find(".found").replaceChildren(...bySize.map((mark) => mark.group)); // small ones on top
    this.find(".tags").replaceChildren(...bySize.flatMap((mark) => [mark.tag, mark.badge]));
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
    };
    return chip;
  }

  // Once the slider was moved its score holds for all labels.
  setThreshold(threshold, moved) {
    this.threshold = threshold;
    this.moved = moved;
    this.update();
  }

  get cuts() {
    return this.moved ? {} : this.data.cuts;
  }

  reset() {
    this.hidden.clear();
    this.suppressing.checked = false;
    this.setThreshold(this.data.threshold, false);
  }

  // Those that pass score and chips, best first, and which of them are shown.
  filtered() {
    const labels = new Set(this.labels().filter((label) => !this.hidden.has(label)));
    const passing = above(this.marks.map(({ box }) => box), this.threshold, labels, this.cuts);
    const kept = new Set(this.suppressing.checked ? suppress(passing, Number(this.overlap.value)) : passing);
    return { passing, shown: this.marks.filter(({ box }) => kept.has(box)) };
  }

  update() {
    const { passing, shown } = this.filtered();
    const visible = new Set(shown);
    if (this.chosen !== null && !visible.has(this.marks[this.chosen])) this.choose(null);
    for (const mark of this.marks) mark.visible(visible.has(mark));
    this.showControls();
    this.find(".stage").classList.toggle("crowded", shown.length > CROWDED);
    this.find(".stage").classList.toggle("busy", shown.length > BUSY);
    this.find(".list").hidden = !shown.length;
    this.find(".count").textContent = countWords(this, shown.length, passing.length - shown.length);
    this.find(".bar").classList.toggle("none", !shown.length);
    this.find(".caption").hidden = !this.data.caption;
    if (this.data.caption) drawCaption(this.find(".caption"), this.data.caption, shown, (marks) => this.light(marks));
    this.judge.update(shown);
    this.missed.update(this.judge.said.missed);
  }

  showControls() {
    for (const chip of this.find(".chips").children) {
      const own = this.marks.filter(({ box }) => box.label === chip.dataset.label);
      const passing = above(own.map(({ box }) => box), this.threshold, null, this.cuts).length;
      chip.lastChild.textContent = passing === own.length ? own.length : `${passing} of ${own.length}`;
      chip.setAttribute("aria-pressed", String(!this.hidden.has(chip.dataset.label)));
    }
    const suppressing = this.suppressing.checked;
    this.score.value = this.threshold;
    this.find(".least-value").value = this.threshold.toFixed(2);
    this.overlap.disabled = !suppressing;
    this.find(".overlap-value").value = Number(this.overlap.value).toFixed(2);
    const own = Object.keys(this.data.cuts).length > 0;
    const asItWas = this.threshold === this.data.threshold && !(own && this.moved);
    this.find(".reset").disabled = asItWas && !this.hidden.size && !suppressing;
  }

  heat(mark, event) {
    this.light(mark ? [mark] : []);
    const tip = this.find(".tip");
    tip.hidden = !mark || event?.currentTarget === mark.row;
    if (tip.hidden) return;
    tip.textContent = tipWords(mark);
    const stage = this.find(".stage").getBoundingClientRect();
    const { left: side, bottom } = mark.shape.getBoundingClientRect();
    const [left, top] = event.clientX === undefined ? [side, bottom + 4] : [event.clientX + 12, event.clientY + 12];
    tip.style.left = `${Math.max(0, Math.min(left - stage.left, stage.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.min(top - stage.top, stage.height - tip.offsetHeight)}px`;
  }

  light(marks) {
    for (const each of this.marks) each.toggle("hot", marks.includes(each));
  }

  choose(index) {
    if (this.chosen === index) return;
    this.chosen = index;
    if (index !== null) this.missed.set(false);
    this.marks.forEach((mark, at) => {
      mark.toggle("chosen", at === index);
      mark.shape.setAttribute("aria-pressed", String(at === index));
    });
    this.find(".stage").classList.toggle("choosing", index !== null);
    this.revealRow(this.marks[index]?.row);
    this.judge.update(this.filtered().shown);
  }

  revealRow(row) {
    if (!row) return;
    const list = this.find(".list");
    const head = this.find("thead").offsetHeight;
    if (row.offsetTop < list.scrollTop + head) list.scrollTop = row.offsetTop - head;
    const below = row.offsetTop + row.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  // Keys that go into a field, or belong to another part of the page, are left alone.
  key(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || this.root.classList.contains("bare") || typing(target)) return;
    const judging = this.judge.on && (this.missed.key(event) || this.judge.key(event));
    if (judging || this.walk(event, target)) event.preventDefault();
  }

  // Arrow keys take the choice from box to box, best first; Enter takes the box in focus.
  walk(event, target) {
    const inside = this.root.contains(target);
    if ((!inside && target !== document.body) || target.type === "range") return false;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const at = target.dataset.index === undefined ? this.chosen : Number(target.dataset.index);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.chosen !== null) this.choose(null);
    else if (at === null) return false;
    else if (target === this.marks[at].shape && (event.key === "Enter" || event.key === " ")) this.marks[at].shape.onclick();
    else if (step) this.go(at, step);
    else return false;
    return true;
  }

  go(at, step) {
    const { shown } = this.filtered();
    const now = shown.indexOf(this.marks[at]);
    const next = shown[(now + step + shown.length) % shown.length];
    this.choose(next.index);
    next.shape.focus({ preventScroll: false });
  }
}
