// Shows a run's text while it is written. It reads the event stream itself, so that every token
// crosses the network once; Python hears one word, at the end.
const FLUSH_MS = 40;
const KEPT_RUNS = 4;
const runs = new Map(); // run id -> Run; outlives a remount, so a text is not fetched twice
const views = new WeakMap(); // mounted root -> View

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".ts");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.tell = setStateValue;
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
  if (data.final && !run.ended) run.finish(data.final);
  return run;
}

class View {
  constructor(root) {
    this.root = root;
    this.turn = 0;
    this.find = (selector) => root.querySelector(selector);
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
      this.panes = run.texts.map((_, at) => this.pane(at));
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

  pane(at) {
    const section = document.createElement("section");
    section.className = "pane";
    if (this.run.texts.length > 1) {
      const heading = document.createElement("h4");
      heading.textContent = `Output ${at + 1}`;
      section.append(heading);
    }
    const text = document.createElement("div");
    text.className = "text";
    text.tabIndex = 0;
    text.dataset.testid = "tokenstream-text";
    text.setAttribute("role", "log");
    text.setAttribute("aria-live", "polite");
    text.setAttribute("aria-label", `Output ${at + 1}`);
    section.append(text);
    return { section, text, source: null, shown: 0 };
  }

  stop() {
    if (!this.run || this.run.ended || this.run.stopping) return;
    this.run.cancel();
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
    this.panes.forEach((pane, at) => append(pane, run.texts[at]));
    this.root.dataset.state = run.state;
    this.root.classList.toggle("running", !run.ended);
    for (const { text } of this.panes) {
      text.setAttribute("aria-busy", String(!run.ended));
      text.dataset.empty = run.ended ? "The model wrote nothing." : "";
    }
    this.find(".stop").disabled = Boolean(run.stopping);
    this.find(".again").hidden = run.state !== "lost";
    set(this.find(".state"), wording(run));
    set(this.find(".figures"), figures(run));
  }
}

// Only what is new is added, as text nodes of its own; nothing already shown is touched.
function append(pane, pieces) {
  const { text } = pane;
  const atBottom = text.scrollHeight - text.scrollTop - text.clientHeight < 24;
  if (pane.source !== pieces && pane.source !== null) text.replaceChildren();
  if (pane.source !== pieces) pane.shown = 0;
  pane.source = pieces;
  const added = pieces.slice(pane.shown).join("");
  pane.shown = pieces.length;
  if (!added) return;
  const indent = text.firstChild ? "" : /^ */.exec(added)[0];
  if (indent) text.append(unseen(indent));
  text.append(added.slice(indent.length));
  if (atBottom) text.scrollTop = text.scrollHeight;
}

// Models begin with a space; it belongs to the text, but would only push the first line in.
function unseen(indent) {
  const span = document.createElement("span");
  span.className = "indent";
  span.textContent = indent;
  return span;
}

function settled(pieces, text) {
  return pieces?.join("") === text ? pieces : [text];
}

function wording(run) {
  if (run.stopping && !run.ended) return "Stopping";
  return {
    waiting: "Waiting for the first token",
    writing: "Writing",
    reconnecting: "Connection lost; trying again",
    lost: "Connection lost; the run goes on without us",
    done: run.reason === "length" ? "Done, token limit reached" : "Done",
    stopped: "Stopped by you",
    failed: run.reason ? `Failed: ${run.reason}` : "Failed",
  }[run.state];
}

function figures(run) {
  const parts = [`${run.tokens} / ${run.data.limit} tokens`];
  if (run.rate) parts.push(`${run.rate.toFixed(run.rate < 10 ? 1 : 0)} tokens/s`);
  if (run.firstTokenMs) parts.push(`first token ${Math.round(run.firstTokenMs)} ms`);
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · ");
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function inOverlay(event) {
  return event.defaultPrevented || event.target.closest?.("[role=dialog], [role=listbox], [aria-expanded=true]");
}
