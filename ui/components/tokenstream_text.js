// The plain text of one output: grows while it is written, bears marks of claims once it is there.
class PlainText {
  constructor(label, tip) {
    this.tip = tip;
    this.element = element("div", "text");
    this.element.tabIndex = 0;
    this.element.dataset.testid = "tokenstream-text";
    this.element.setAttribute("role", "log");
    this.element.setAttribute("aria-live", "polite");
    this.element.setAttribute("aria-label", label);
  }

  show(lead, pieces, claims, ended) {
    if (pieces !== this.source || claims !== this.claims) this.begin(lead, pieces, claims);
    if (!claims) this.append(lead, pieces);
    this.element.setAttribute("aria-busy", String(!ended));
    this.element.dataset.empty = ended ? "The model wrote nothing." : "";
  }

  begin(lead, pieces, claims) {
    this.source = pieces;
    this.claims = claims;
    this.shown = 0;
    const parts = claims ? claimParts(lead, pieces.join(""), claims) : [{ text: lead, lead: true, claims: [] }];
    const nodes = parts.filter(({ text }) => text).flatMap((part, at) => this.part(part, at === 0));
    this.element.replaceChildren(...nodes);
  }

  part({ text, lead, claims }, first) {
    const nodes = claims.length ? [claimMark(text, claims, this.tip)] : first ? unindented(text) : [text];
    return lead ? [leadSpan(nodes)] : nodes;
  }

  // Only what is new is added, as text nodes of its own; nothing already shown is touched.
  append(lead, pieces) {
    const { element: text } = this;
    const added = pieces.slice(this.shown).join("");
    if (!added) return;
    const atBottom = text.scrollHeight - text.scrollTop - text.clientHeight < 24;
    text.append(...(lead || this.shown ? [added] : unindented(added)));
    this.shown = pieces.length;
    if (atBottom) text.scrollTop = text.scrollHeight;
  }
}

function leadSpan(nodes) {
  const quiet = element("span", "lead");
  quiet.title = "What the text was begun with: this run read it and wrote on";
  quiet.append(...nodes);
  return quiet;
}

// Models begin with a space; it belongs to the text, but would only push the first line in.
function unindented(text) {
  const [indent] = /^ */.exec(text);
  return indent ? [element("span", "indent", indent), text.slice(indent.length)] : [text];
}
