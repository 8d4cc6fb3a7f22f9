// What the person has said of the boxes: shown at once, sent at once, sent again until it is saved.
const ANSWER_MS = 6000;
const ATTEMPTS = 3;

// What the server has, with what is on its way to it.
function judged(saved, pending) {
  const verdicts = { ...saved.verdicts };
  let missed = [...saved.missed];
  for (const gesture of pending) {
    if (gesture.do === "judge") verdicts[gesture.index] = gesture.verdict;
    else missed = missed.filter((each) => !sameObject(each, gesture));
    if (gesture.do === "miss") missed.push(gesture);
  }
  return { verdicts, missed };
}

function sameObject(one, other) {
  const sides = ["xmin", "ymin", "xmax", "ymax"];
  return one.label === other.label && sides.every((side) => one.box[side] === other.box[side]);
}

class Judgement {
  constructor(changed) {
    this.changed = changed;
    this.view = `${Date.now()}-${Math.random()}`; // numbers count from 1 in every view
    this.given = 0;
    this.open(null);
  }

  open(run) {
    clearTimeout(this.timer);
    Object.assign(this, { run, saved: { verdicts: {}, missed: [] }, pending: [], undoable: [], lost: false, said: false });
  }

  take(run, saved) {
    if (this.run !== run) this.open(run);
    this.saved = saved;
    if (saved.view !== this.view) return;
    this.pending = this.pending.filter(({ n }) => n > saved.done);
    if (!this.pending.length || saved.waiting) clearTimeout(this.timer);
  }

  get now() {
    return judged(this.saved, this.pending);
  }

  judge(index, verdict) {
    const before = this.now.verdicts[index] ?? null;
    this.say({ do: "judge", index, verdict: before === verdict ? null : verdict }, { do: "judge", index, verdict: before });
  }

  miss(label, box) {
    this.say({ do: "miss", label, box }, { do: "unmiss", label, box });
  }

  unmiss({ label, box }) {
    this.say({ do: "unmiss", label, box }, { do: "miss", label, box });
  }

  undo() {
    if (this.undoable.length) this.say(this.undoable.pop());
  }

  say(gesture, inverse) {
    if (inverse) this.undoable.push(inverse);
    this.given += 1;
    this.pending.push({ ...gesture, n: this.given });
    this.said = true;
    this.send();
  }

  send(attempt = 1) {
    this.lost = attempt > ATTEMPTS;
    clearTimeout(this.timer);
    if (!this.lost) {
      this.tell("gestures", { view: this.view, run: this.run, items: this.pending });
      this.timer = setTimeout(() => this.send(attempt + 1), ANSWER_MS);
    }
    this.changed();
  }

  get unsaved() {
    const { view, waiting, refused } = this.saved;
    if (this.lost && this.pending.length) return "no answer came. Check the connection.";
    return view === this.view ? (this.pending.length && waiting) || refused || "" : "";
  }

  get state() {
    if (this.unsaved) return `Not saved: ${this.unsaved}`;
    if (this.pending.length) return "Saving …";
    return this.said ? "Saved" : "";
  }
}
