// The choice between text, formatted text and tokens; what was chosen holds for this tab.
const CHOSEN = "glimpse-text-view";

class Views {
  constructor(element, hear) {
    this.element = element;
    this.buttons = [...element.querySelectorAll("button")];
    for (const button of this.buttons) button.onclick = () => this.choose(button.dataset.view);
    element.onkeydown = (event) => this.key(event);
    this.hear = hear;
  }

  show(mode, offered) {
    for (const button of this.buttons) {
      const chosen = button.dataset.view === mode;
      button.hidden = !offered.includes(button.dataset.view);
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
  }

  choose(mode) {
    sessionStorage.setItem(CHOSEN, mode);
    this.hear(mode);
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = this.buttons.filter((button) => !button.hidden);
    const at = shown.findIndex((button) => button.tabIndex === 0);
    const next = shown[(at + step + shown.length) % shown.length];
    this.choose(next.dataset.view);
    next.focus();
  }
}

// What a finished run is shown as first. Marks of claims stand in the text, so formatting yields.
function firstView({ html, claims }) {
  const kept = sessionStorage.getItem(CHOSEN);
  if (kept === "tokens") return kept;
  if (claims.some(Boolean) || !html.some(Boolean)) return "text";
  return kept ?? "formatted";
}
