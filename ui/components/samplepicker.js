// The sample pictures as a radio group: one is checked, arrow keys walk, Enter or a click picks.
// The line under them says what to expect of the one pointed at, otherwise of the checked one.
export default function ({ parentElement, data, setTriggerValue }) {
  const group = parentElement.querySelector(".picker");
  if (group.dataset.files !== data.samples.map(({ file }) => file).join()) {
    group.dataset.files = data.samples.map(({ file }) => file).join();
    group.replaceChildren(...data.samples.map(thumbnail));
  }
  const buttons = [...group.children];
  const checked = buttons.findIndex((button) => button.dataset.file === data.picked);
  const tell = (at) => (parentElement.querySelector(".note").textContent = expected(data.samples[at]));
  tell(checked);
  buttons.forEach((button, at) => {
    button.setAttribute("aria-checked", String(at === checked));
    button.tabIndex = at === Math.max(checked, 0) ? 0 : -1;
    button.onmouseenter = button.onfocus = () => tell(at);
    button.onmouseleave = button.onblur = () => tell(checked);
    button.onclick = () => setTriggerValue("picked", button.dataset.file);
    button.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length].focus();
    };
  });
}

function expected(sample) {
  return sample ? `${sample.title}: ${sample.note}` : "Samples: point at one to read what to expect.";
}

function thumbnail({ file, title, note, source }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.file = file;
  button.dataset.testid = "samplepicker-sample";
  button.setAttribute("role", "radio");
  button.setAttribute("aria-label", `Sample “${title}”: ${note}`);
  const image = document.createElement("img");
  image.src = source;
  image.alt = "";
  button.append(image);
  return button;
}
