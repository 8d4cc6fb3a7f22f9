// What is known of one token: how likely it was, what might have come, and the way to have that.
const ONE_WISH_MS = 1500; // a second click of the same gesture starts no second run

class Card {
  constructor(branch) {
    this.branch = branch;
    this.element = element("div", "card");
    this.element.dataset.testid = "tokenstream-card";
    this.element.setAttribute("aria-live", "polite");
    this.element.append(element("p", "hint", "Point at a token, or walk with ← and →. A click or Enter keeps it here."));
  }

  // `data` is what Python gave with the run, `count` how many tokens there are.
  show(token, at, count, data) {
    this.element.replaceChildren(this.head(token, at, count), ...this.body(token, at, data));
  }

  head(token, at, count) {
    const name = token.text || token.top?.find((one) => isDrawn(one, token))?.text;
    const head = element("p", "head");
    const entropy = token.entropy === undefined ? [] : [`entropy ${bits(token.entropy).toFixed(2)} bits`];
    const facts = [percent(Math.exp(token.logprob)), ...entropy, `token ${at + 1} of ${count}`];
    head.append(element("b", "word", visible(name)), facts.map(unbroken).join(" · "));
    return head;
  }

  body(token, at, data) {
    if (!token.top?.length) return [element("p", "hint", missingAlternatives(data))];
    const among = token.top.some((one) => isDrawn(one, token));
    const all = among ? token.top : [...token.top, token];
    const rest = Math.max(0, 1 - all.reduce((sum, one) => sum + Math.exp(one.logprob), 0));
    const list = element("ol");
    list.append(...all.map((one) => this.row(one, token, at, data.can_branch)));
    return [list, element("p", "rest", `All other tokens together: ${percent(rest)}`)];
  }

  row(one, token, at, canBranch) {
    const probability = Math.exp(one.logprob);
    const row = element("li");
    row.dataset.testid = "tokenstream-alternative";
    const bar = element("span", "bar");
    bar.style.setProperty("--share", probability);
    row.append(element("span", "word", visible(one.text)), bar, element("span", "number", percent(probability)));
    if (isDrawn(one, token)) row.append(element("span", "written", "written"));
    else if (canBranch && one.token_id !== undefined) row.append(this.button(one, at));
    return row;
  }

  button(one, at) {
    const button = element("button", "quiet", "write on");
    button.append(element("span", "wide", " with this"));
    button.type = "button";
    button.dataset.testid = "tokenstream-branch";
    button.title = `A new run: the text up to here, then “${visible(one.text)}”, and on from there`;
    button.setAttribute("aria-label", `Write on with “${visible(one.text)}”`);
    button.onclick = () => this.wish(at, one.token_id);
    return button;
  }

  // The buttons keep the focus meanwhile, which disabled ones would lose.
  wish(at, tokenId) {
    if (this.wished) return;
    this.wished = true;
    setTimeout(() => (this.wished = false), ONE_WISH_MS);
    this.branch(at, tokenId);
  }
}

function isDrawn(one, token) {
  return one.token_id === undefined ? one.text === token.text : one.token_id === token.token_id;
}

function missingAlternatives({ alternatives }) {
  if (!alternatives) return "Alternatives were not asked for when this run was started.";
  return "This model's server does not tell what else might have come.";
}
