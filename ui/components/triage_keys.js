// Keys of triage. Each goes to Python with the rating it was pressed over, one after the other, and
// again until it is answered: the script may end early, and what it was told then is lost.
const PATIENCE_MS = 4000;
const states = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) states.set(parentElement, (state = new Presses()));
  state.show(data, setTriggerValue);
  return () => state.leave();
}

class Presses {
  constructor() {
    this.view = `${Date.now()}-${Math.random()}`; // numbers count from 1 in every view
    this.given = 0;
    this.pending = [];
    this.hear = (event) => this.press(event);
  }

  show(data, tell) {
    Object.assign(this, { data, tell });
    document.addEventListener("keydown", this.hear); // the same one, which is added once
    const before = this.pending.length;
    if (data.view === this.view) this.pending = this.pending.filter(({ n }) => n > data.done);
    if (this.pending.length < before) this.send();
    else if (before) this.timer ??= setTimeout(() => this.send(), PATIENCE_MS);
  }

  leave() {
    this.forget();
    document.removeEventListener("keydown", this.hear);
  }

  press(event) {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (!this.data.keys.includes(key) || typing(event.composedPath()[0])) return;
    event.preventDefault();
    this.pending.push({ n: (this.given += 1), key, row: this.data.row });
    if (this.pending.length === 1) this.send();
  }

  send() {
    this.forget();
    if (!this.pending.length) return;
    this.tell("pressed", { view: this.view, ...this.pending[0] });
    this.timer = setTimeout(() => this.send(), PATIENCE_MS);
  }

  forget() {
    clearTimeout(this.timer);
    this.timer = null;
  }
}
