// One output: its text in three views, how it ended, and the ways to take it along.
class Pane {
  constructor(view, at) {
    this.view = view;
    this.at = at;
    const { run } = view;
    const several = run.texts.length > 1;
    const label = several ? `Output ${at + 1}` : "Text";
    this.section = element("section", "pane");
    this.section.dataset.testid = "tokenstream-pane";
    this.heading = element("h4", "", several ? label : "");
    this.heading.hidden = !several;
    this.end = element("span", "end");
    this.heading.append(this.end);
    this.formatted = element("div", "text formatted");
    this.formatted.tabIndex = 0;
    this.formatted.dataset.testid = "tokenstream-formatted";
    this.formatted.setAttribute("role", "region");
    this.formatted.setAttribute("aria-label", `${label}, formatted`);
    this.body = element("div", "body");
    this.foot = element("div", "foot");
    this.claims = element("span", "claims");
    this.claims.dataset.testid = "tokenstream-claims";
    this.foot.append(this.claims, ...keepButtons(this));
    this.section.append(this.heading, this.body, this.foot);
    this.plain = new PlainText(label, new Tip(this.section));
    this.tokens = new TokenView(label, {
      branch: (index, id) => view.branch(at, index, id),
      again: () => view.look("tokens"),
    });
    this.body.append(this.plain.element, this.formatted, this.tokens.element);
  }

  get html() {
    return this.view.run.known?.html[this.at] ?? null;
  }

  show(mode) {
    const { run } = this.view;
    const claims = run.known?.claims[this.at] ?? null;
    this.plain.show(run.data.lead, run.texts[this.at], claims, run.ended);
    if (this.html !== this.drawnHtml) this.formatted.replaceChildren(safe(this.html ?? ""));
    this.drawnHtml = this.html;
    this.look(mode === "formatted" && this.html === null ? "text" : mode);
    if (mode === "tokens") this.tokens.show(run, this.at);
    set(this.claims, claimsWords(claims));
    const reason = run.ends[this.at];
    set(this.end, reason ? ` · ${ENDS[reason]}` : "");
  }

  // The place keeps the height of the text, so that another view of it moves nothing below.
  look(shown) {
    if (shown === this.shown) return;
    const { element: text } = this.plain;
    const read = text.scrollTop / (text.scrollHeight - text.clientHeight || 1);
    if (this.shown === "text") this.body.style.minHeight = `${this.body.getBoundingClientRect().height}px`;
    text.hidden = shown !== "text";
    this.formatted.hidden = shown !== "formatted";
    this.tokens.element.hidden = shown !== "tokens";
    if (shown === "formatted") this.formatted.scrollTop = read * (this.formatted.scrollHeight - this.formatted.clientHeight);
    this.shown = shown;
  }

  whole() {
    const { run } = this.view;
    return run.data.lead + run.texts[this.at].join("");
  }

  name() {
    const { run } = this.view;
    return run.texts.length > 1 ? `${run.data.run}-${this.at + 1}` : run.data.run;
  }
}
