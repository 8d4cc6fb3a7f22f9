// The bar under the picture: a verdict on the chosen box, what was missed, undo, and what is saved.
const VERDICTS = {
  right: { name: "Right", path: "M3 8.5 6.5 12 13 4.5" },
  wrong_label: { name: "Wrong label", path: "M3 6h10M3 10h10M11 2.5 5 13.5" },
  loose: { name: "Loose", path: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" },
  absent: { name: "Not there", path: "M4 4l8 8M12 4l-8 8" },
};
const MARKS = { ...VERDICTS, mixed: { name: "Not agreed on", path: "M2 6c2-3 4-3 6 0s4 3 6 0M2 11c2-3 4-3 6 0s4 3 6 0" } };
const UNJUDGED = { verdicts: {}, missed: [] };

class Judge {
  constructor(view) {
    this.view = view;
    this.find = view.find;
    this.judgement = new Judgement(() => view.update());
    this.buttons = Object.entries(VERDICTS).map(([verdict, { name }], at) => this.button(verdict, name, at + 1));
    this.find(".verdicts").replaceChildren(...this.buttons);
    this.find(".undo").onclick = () => this.judgement.undo();
    this.find(".again").onclick = () => this.judgement.send();
  }

  show(run, judge, tell) {
    this.on = Boolean(judge);
    this.find(".judge").hidden = !judge;
    if (!judge) return;
    this.judgement.tell = tell;
    this.judgement.take(run, judge);
  }

  // What the person says, or where they only look, what others do.
  get said() {
    return this.on ? this.judgement.now : (this.view.data.marks ?? UNJUDGED);
  }

  button(verdict, name, digit) {
    const button = element("button", "verdict");
    button.type = "button";
    button.dataset.verdict = verdict;
    button.dataset.testid = "boxview-verdict";
    button.append(icon(verdict), element("span", "", name), element("kbd", "", digit));
    button.onclick = () => this.give(verdict);
    return button;
  }

  give(verdict) {
    const { chosen } = this.view;
    if (chosen !== null) this.judgement.judge(chosen, verdict);
  }

  // Whether the key was one of ours.
  key(event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "z") return this.undo();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
    if (event.key.toLowerCase() === "u") return this.undo();
    if (this.view.chosen === null || !"12345".includes(event.key)) return false;
    this.buttons[Number(event.key) - 1]?.click();
    return true;
  }

  undo() {
    const some = this.judgement.undoable.length > 0;
    this.judgement.undo();
    return some;
  }

  update(shown) {
    const { chosen, marks } = this.view;
    const { verdicts, missed } = this.said;
    marks.forEach((mark, at) => mark.judge(verdicts[at] ?? null));
    if (!this.on) return;
    for (const button of this.buttons) {
      button.disabled = chosen === null;
      button.title = chosen === null ? "Choose a box first: click it, or walk there with the arrow keys" : "";
      button.setAttribute("aria-pressed", String(chosen !== null && verdicts[chosen] === button.dataset.verdict));
    }
    this.count(shown, verdicts, missed);
    this.find(".undo").disabled = !this.judgement.undoable.length;
    this.find(".saved").textContent = this.judgement.state;
    this.find(".saved").classList.toggle("not", Boolean(this.judgement.unsaved));
    this.find(".again").hidden = !(this.judgement.pending.length && this.judgement.unsaved);
  }

  count(shown, verdicts, missed) {
    const done = shown.filter((mark) => verdicts[mark.index]).length;
    const judged = shown.length ? [`judged ${done} of ${shown.length}`] : [];
    const lacking = missed.length ? [`${missed.length} missed`] : [];
    this.find(".judged").textContent = [...judged, ...lacking].join(", ");
  }
}

function icon(verdict) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 16 16");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", MARKS[verdict].path);
  drawn.append(path);
  return drawn;
}
