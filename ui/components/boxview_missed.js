// What the model missed: drawn with the pointer, or moved and sized with the arrow keys; then named.
const CLICK = 6; // pixels of the screen: less is a click, which puts a box there
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const UNKNOWN = { colour: "#6b7280", ink: "#ffffff", dash: "" };

class Missed {
  constructor(view, judgement) {
    this.view = view;
    this.judgement = judgement;
    this.find = view.find;
    this.ground = this.find(".ground");
    this.form = this.find(".naming");
    this.find(".miss").onclick = () => this.set(!this.on);
    this.form.onsubmit = (event) => this.submit(event);
    this.form.onkeydown = (event) => this.inForm(event);
    this.find(".discard").onclick = () => this.draw(null);
    this.ground.onpointerdown = (event) => this.press(event);
    this.ground.onpointermove = (event) => this.drag(event);
    this.ground.onpointerup = (event) => this.drop(event);
    this.ground.onpointercancel = () => this.draw(null);
    this.draft = null;
    this.on = false;
  }

  // Turn the drawing on or off.
  set(on) {
    if (on) this.view.choose(null);
    this.on = on;
    this.find(".stage").classList.toggle("drawing", on);
    this.find(".miss").setAttribute("aria-pressed", String(on));
    this.ground.hidden = !on;
    this.draw(null);
  }

  // Put the draft at `box`, or take it away.
  draw(box) {
    this.draft = box;
    this.from = null;
    this.place();
    this.form.hidden = !box;
    this.find(".verdicts").hidden = this.on;
    this.find(".how").hidden = !this.on || Boolean(box);
    if (this.on && !box) this.ground.focus({ preventScroll: true });
  }

  place() {
    const shape = this.find(".draft");
    shape.style.display = this.draft ? "" : "none";
    if (this.draft) outline(shape, this.draft);
  }

  press(event) {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    this.ground.setPointerCapture(event.pointerId);
    this.ground.focus({ preventScroll: true });
    this.from = this.at(event);
  }

  drag(event) {
    if (!this.from || !event.isPrimary) return;
    this.draft = spannedBox(this.from, this.at(event));
    this.place();
  }

  drop(event) {
    if (!this.from || !event.isPrimary) return;
    const { from } = this;
    const here = this.at(event);
    const { width } = this.ground.getBoundingClientRect();
    const click = (CLICK * this.view.data.width) / width;
    const small = Math.max(Math.abs(here.x - from.x), Math.abs(here.y - from.y)) < click;
    this.draw(small ? usualBox(this.view.data, here) : fittedBox(spannedBox(from, here), this.view.data));
    if (event.pointerType === "mouse") this.name();
  }

  at(event) {
    const { left, top, width, height } = this.ground.getBoundingClientRect();
    const { data } = this.view;
    return {
      x: tidy(Math.min(Math.max((event.clientX - left) / width, 0), 1) * data.width),
      y: tidy(Math.min(Math.max((event.clientY - top) / height, 0), 1) * data.height),
    };
  }

  name() {
    this.find(".label").focus({ preventScroll: true });
  }

  submit(event) {
    event.preventDefault();
    this.save(this.find(".label").value);
  }

  save(text) {
    const label = text.trim().split(/\s+/).join(" ");
    if (!label || !this.draft) return;
    this.judgement.miss(label, this.draft);
    this.find(".label").value = "";
    this.draw(null);
  }

  inForm(event) {
    if (event.key === "Escape") this.draw(null);
    event.stopPropagation(); // the page has keys of its own
  }

  // Whether the key was one of ours.
  key(event) {
    if (event.ctrlKey || event.metaKey) return false;
    if (event.key.toLowerCase() === "m" && !event.repeat && !event.altKey) {
      this.set(!this.on);
      return true;
    }
    if (!this.on) return false;
    if (event.key === "Escape") this.draft ? this.draw(null) : this.set(false);
    else if (event.composedPath()[0] !== this.ground) return false;
    else if (event.key in ARROWS) this.move(ARROWS[event.key], event);
    else if (event.key === "Enter") this.draft ? this.name() : this.draw(usualBox(this.view.data));
    else if (event.key === "Delete" || event.key === "Backspace") this.draw(null);
    else return false;
    return true;
  }

  move(direction, { shiftKey, altKey }) {
    if (!this.draft) {
      this.draw(usualBox(this.view.data));
      return;
    }
    this.draft = (shiftKey ? sizedBox : movedBox)(this.draft, direction, altKey, this.view.data);
    this.place();
  }

  update(missed) {
    const { styles, phrases } = this.view.data;
    this.offer(phrases ?? []);
    const now = JSON.stringify([missed, styles]);
    if (now === this.shown) return;
    this.shown = now;
    const shown = missed.map((each) => ({ ...each, style: styles[each.label] ?? UNKNOWN }));
    this.find(".gaps").replaceChildren(...shown.map(gap));
    this.find(".gap-tags").replaceChildren(...shown.map((each) => gapTag(each, this.view.data)));
    this.find(".missed").hidden = !shown.length;
    this.find(".missed").replaceChildren(...shown.map((each) => this.chip(each)));
  }

  offer(phrases) {
    if (this.offered === phrases.join("\n")) return;
    this.offered = phrases.join("\n");
    this.find(".phrases").replaceChildren(...phrases.map((phrase) => this.choice(phrase)));
  }

  choice(phrase) {
    const choice = element("button", "choice", phrase);
    choice.type = "button";
    choice.onclick = () => this.save(phrase);
    return choice;
  }

  chip(each) {
    const chip = element("button", "choice gone", `missed: ${each.label}`);
    chip.type = "button";
    chip.dataset.testid = "boxview-missed";
    chip.title = "Remove this mark; Undo brings it back";
    chip.setAttribute("aria-label", `Remove the missed “${each.label}”`);
    chip.style.setProperty("--colour", each.style.colour);
    chip.append(icon("absent"));
    chip.onclick = () => this.judgement.unmiss(each);
    return chip;
  }
}

function gap({ box, style }) {
  const group = document.createElementNS(SVG, "g");
  const shape = rectangle(box, "gap");
  shape.style.setProperty("--colour", style.colour);
  group.append(rectangle(box, "halo"), shape);
  return group;
}

function gapTag({ label, box, style }, { width, height }) {
  const tag = element("span", "tag gap-tag", `missed: ${label}`);
  tag.style.setProperty("--colour", style.colour);
  pin(tag, box, width);
  tag.style.top = `${(100 * box.ymax) / height}%`;
  return tag;
}
