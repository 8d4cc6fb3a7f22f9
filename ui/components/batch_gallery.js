// Pictures as a radio group: one is checked, arrow keys walk, Enter or a click opens. What comes
// anew for a picture goes into its place, so that nothing moves while a job works.
export default function ({ parentElement, data, setTriggerValue }) {
  const group = parentElement.querySelector(".gallery");
  const places = data.items.map(({ at }) => at).join();
  if (group.dataset.places !== places) {
    group.dataset.places = places;
    group.replaceChildren(...data.items.map(place));
  }
  const buttons = [...group.children];
  const checked = buttons.findIndex((button) => Number(button.dataset.at) === data.chosen);
  buttons.forEach((button, at) => {
    fill(button, data.items[at]);
    button.setAttribute("aria-checked", String(at === checked));
    button.tabIndex = at === Math.max(checked, 0) ? 0 : -1;
    button.onclick = () => setTriggerValue("picked", data.items[at].at);
    button.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across(buttons), ArrowUp: -across(buttons) }[event.key];
      if (!step) return;
      event.preventDefault();
      buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)].focus();
    };
  });
}

function across(buttons) {
  return buttons.filter((button) => button.offsetTop === buttons[0].offsetTop).length;
}

function place({ at }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.at = at;
  button.dataset.testid = "batch-gallery-item";
  button.setAttribute("role", "radio");
  button.append(...["stage", "name", "words"].map((name) => element("span", name)));
  return button;
}

function fill(button, { name, picture, state, words }) {
  const [stage, title, line] = button.children;
  title.textContent = name;
  line.textContent = words;
  button.title = `${name}\n${words}`;
  button.setAttribute("aria-label", `${name}: ${words}`);
  if (!picture) {
    stage.textContent = state;
    return;
  }
  if (stage.firstElementChild?.getAttribute("src") === picture) return;
  const image = document.createElement("img");
  image.loading = "lazy";
  image.src = picture;
  image.alt = "";
  stage.replaceChildren(image);
}
