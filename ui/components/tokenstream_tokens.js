// One output token by token: how sure the model was of each, and the curve of its entropy.
const CHUNK = 400; // tokens drawn per frame, so that a long text blocks nothing
const BANDS = [0.9, 0.6, 0.3, 0.1]; // a token at or above the first is of band 0, below the last of 4
const BAND_WORDS = ["from 90 %", "60–90 %", "30–60 %", "10–30 %", "under 10 %"];

class TokenView {
  constructor(label, hear) {
    this.tokens = null;
    this.spans = [];
    this.text = element("div", "text tokens");
    this.text.tabIndex = 0;
    this.text.dataset.testid = "tokenstream-tokens";
    this.text.setAttribute("role", "group");
    this.text.setAttribute("aria-label", `${label}, token by token`);
    this.text.onpointerover = (event) => this.kept === undefined && this.look(this.place(event.target));
    this.text.onclick = (event) => this.keep(this.place(event.target));
    this.text.onfocus = () => this.text.matches(":focus-visible") && this.look(this.now ?? 0);
    this.card = new Card((at, id) => hear.branch(at, id));
    this.curve = new Curve({ look: (at) => this.kept === undefined && this.look(at), keep: (at) => this.keep(at, true) });
    this.note = element("p", "note");
    this.note.setAttribute("role", "status");
    this.again = element("button", "quiet", "Try again");
    this.again.type = "button";
    this.again.onclick = () => hear.again();
    this.legend = legend();
    this.element = element("div", "tokenview");
    this.element.onkeydown = (event) => this.key(event);
    this.element.append(this.note, this.again, this.text, this.legend, this.card.element, this.curve.element);
  }

  show(run, at) {
    if (!run.whole) return this.wait(run);
    this.element.dataset.state = "here";
    this.data = run.data;
    if (this.tokens === run.drawn[at]) return;
    this.tokens = run.drawn[at];
    const told = this.tokens.some((token) => token.logprob !== undefined);
    const entropies = this.tokens.some((token) => token.entropy !== undefined);
    this.say(tokenNote(this.tokens, told, entropies, run.texts[at].join(""), run.data));
    this.told = told;
    this.legend.hidden = this.card.element.hidden = !told;
    this.card.element.classList.toggle("bare", !this.tokens.some(({ top }) => top));
    this.curve.element.hidden = !entropies;
    if (entropies) this.curve.draw(this.tokens);
    this.draw(run.data.lead);
  }

  wait(run) {
    this.say(run.trouble ? `The tokens could not be fetched (${run.trouble}); the text is not affected.` : "Fetching the tokens");
    this.element.dataset.state = run.trouble ? "trouble" : "fetching";
  }

  say(words) {
    set(this.note, words);
    this.note.hidden = !words;
  }

  draw(lead) {
    this.text.replaceChildren(...(lead ? [leadSpan(unindented(lead))] : []));
    this.spans = [];
    const tokens = this.tokens;
    const more = () => {
      if (tokens !== this.tokens) return;
      const from = this.spans.length;
      const next = tokens.slice(from, from + CHUNK).map((token, at) => tokenSpan(token, from + at));
      this.spans.push(...next);
      this.text.append(...next);
      if (this.spans.length < tokens.length) requestAnimationFrame(more);
    };
    more();
  }

  place(target) {
    const at = target.dataset?.at;
    return at === undefined ? undefined : Number(at);
  }

  look(at) {
    if (!this.told || !this.spans[at]) return;
    this.spans[this.now]?.classList.remove("now");
    this.spans[at].classList.add("now");
    if (at !== this.now) this.card.show(this.tokens[at], at, this.tokens.length, this.data);
    this.now = at;
    if (!this.curve.element.hidden) this.curve.mark(at);
  }

  keep(at, reveal = false) {
    if (!this.told || !this.spans[at]) return;
    this.spans[this.kept]?.classList.remove("kept");
    this.kept = at === this.kept ? undefined : at;
    this.look(at);
    this.spans[this.kept]?.classList.add("kept");
    if (reveal) this.reveal(at);
  }

  // Scrolls the text alone, never the page.
  reveal(at) {
    const span = this.spans[at].getBoundingClientRect();
    const box = this.text.getBoundingClientRect();
    if (span.top < box.top) this.text.scrollTop += span.top - box.top - 8;
    if (span.bottom > box.bottom) this.text.scrollTop += span.bottom - box.bottom + 8;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.told) return;
    if (event.key === "Escape" && this.kept !== undefined) {
      this.keep(this.kept);
      this.text.focus();
    } else if (event.target !== this.text) return;
    else if (event.key === "Enter") {
      if (this.kept !== this.now) this.keep(this.now);
      this.card.element.querySelector("button")?.focus();
    } else if (!this.walk(event.key)) return;
    event.preventDefault();
  }

  walk(key) {
    const last = this.spans.length - 1;
    const now = this.now ?? 0;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[key];
    if (to === undefined) return false;
    const at = Math.min(last, Math.max(0, to));
    if (this.kept === undefined) this.look(at);
    else this.keep(at === this.kept ? undefined : at);
    this.reveal(at);
    return true;
  }
}

// A part of a character, or the sign that ends a text, has no letters of its own.
function tokenSpan({ text, logprob }, at) {
  const span = element("span", "", text || "◌");
  span.dataset.at = at;
  if (logprob !== undefined) span.dataset.band = band(Math.exp(logprob));
  return span;
}

function band(probability) {
  const found = BANDS.findIndex((least) => probability >= least);
  return found < 0 ? BANDS.length : found;
}

function legend() {
  const made = element("p", "legend");
  made.append("How likely, before temperature: ");
  BAND_WORDS.forEach((words, at) => {
    const sample = element("span", "", unbroken(words));
    sample.dataset.band = at;
    made.append(sample, " ");
  });
  return made;
}

function tokenNote(tokens, told, entropies, text, { alternatives }) {
  if (!tokens.length) return text ? "Of this run only the text was kept, not its tokens." : "The model wrote nothing.";
  if (!told) return "This model's server does not tell how likely its tokens were.";
  if (entropies) return "";
  return alternatives
    ? "No entropy: this model's server does not tell it."
    : "No entropy: it was not asked for when this run was started.";
}
