// Shows a run's text while it is written. It reads the event stream itself, so that every token
// crosses the network once; Python hears one word at the end, and one per branch.
const FLUSH_MS = 40;
const KEPT_RUNS = 4;
const runs = new Map(); // run id -> Run; outlives a remount, so a text is not fetched twice
const views = new WeakMap(); // mounted root -> View

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".ts");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.tell = setStateValue;
  view.wish = setTriggerValue;
  view.show(data);
  const turn = ++view.turn;
  return () => turn === view.turn && view.leave();
}

function runFor(data) {
  let run = runs.get(data.run);
  if (!run) {
    run = new Run(data);
    runs.set(data.run, run);
    if (runs.size > KEPT_RUNS) runs.delete(runs.keys().next().value);
  }
  run.data = data;
  if (data.final) run.know(data.final);
  return run;
}

class View {
  constructor(root) {
    this.root = root;
    this.turn = 0;
    this.find = (selector) => root.querySelector(selector);
    this.views = new Views(this.find(".views"), (mode) => this.look(mode));
    this.find(".stop").onclick = () => this.stop();
    this.find(".again").onclick = () => this.run.follow();
    this.key = (event) => event.key === "Escape" && !inOverlay(event) && this.stop();
  }

  show(data) {
    const run = runFor(data);
    document.addEventListener("keydown", this.key);
    if (run !== this.run) {
      this.leave();
      document.addEventListener("keydown", this.key);
      this.run = run;
      run.view = this;
      this.mode = null;
      this.panes = run.texts.map((_, at) => new Pane(this, at));
      this.find(".panes").replaceChildren(...this.panes.map(({ section }) => section));
    }
    this.flush();
    run.follow();
  }

  leave() {
    document.removeEventListener("keydown", this.key);
    if (this.run?.view !== this) return;
    this.run.pause();
    this.run.view = null;
    this.run = null;
  }

  stop() {
    if (!this.run || this.run.ended || this.run.stopping) return;
    this.run.cancel();
  }

  look(mode) {
    this.mode = mode;
    if (mode === "tokens") this.run.load();
    this.flush();
  }

  branch(output, index, tokenId) {
    this.wish("branch", { run: this.run.data.run, output, index, token_id: tokenId });
  }

  ended() {
    this.flush();
    this.tell("finished", { run: this.run.data.run, state: this.run.state });
  }

  soon() {
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    const run = this.run;
    if (!run) return;
    this.panes.forEach((pane) => pane.show(this.mode ?? "text"));
    if (run.known && !this.mode) return this.look(firstView(run.known));
    this.root.dataset.state = run.state;
    this.root.classList.toggle("running", !run.ended);
    this.root.classList.toggle("known", Boolean(run.known));
    this.views.show(this.mode, this.offered());
    this.find(".stop").disabled = Boolean(run.stopping);
    this.find(".again").hidden = run.state !== "lost";
    set(this.find(".state"), wording(run));
    set(this.find(".figures"), figures(run));
  }

  offered() {
    const formatted = this.panes.some(({ html }) => html !== null);
    return ["text", ...(formatted ? ["formatted"] : []), "tokens"];
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function inOverlay(event) {
  return event.defaultPrevented || event.target.closest?.("[role=dialog], [role=listbox], [aria-expanded=true]");
}
