// Taking a text along: to the clipboard, or as a file made here.
const SAID_MS = 2000;

function keepButtons(pane) {
  const copy = keepButton("Copy", "Copy this text", async () => {
    const done = await copied(pane.whole());
    say(copy, done ? "Copied" : "Not copied");
    if (done) signal(pane, "copied", `output ${pane.at + 1}`);
  });
  copy.setAttribute("aria-live", "polite");
  const files = ["txt", "md"].map((extension) =>
    keepButton(`.${extension}`, `Download this text as .${extension}`, () => download(pane, extension)),
  );
  return [copy, ...files];
}

function keepButton(words, title, onclick) {
  const button = element("button", "quiet", words);
  button.type = "button";
  button.title = title;
  button.setAttribute("aria-label", title);
  button.dataset.testid = `tokenstream-${words.toLowerCase().replace(".", "")}`;
  button.onclick = onclick;
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text); // without https there is no clipboard to write to
  }
}

function copiedBySelection(text) {
  const area = element("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

function say(button, words) {
  const before = (button.before ??= button.textContent);
  button.textContent = words;
  button.setAttribute("aria-label", words);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.textContent = before;
    button.setAttribute("aria-label", button.title);
  }, SAID_MS);
}

function download(pane, extension) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([pane.whole()], { type: "text/plain;charset=utf-8" }));
  link.download = `glimpse-${pane.name()}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
  signal(pane, "downloaded", extension);
}

// That a text was of use says something of the model. Nobody waits for it, and it may fail.
function signal(pane, kind, what) {
  const body = JSON.stringify({ kind, what });
  const headers = { "Content-Type": "application/json" };
  fetch(pane.view.run.data.signals, { method: "POST", headers, body, keepalive: true }).catch(() => {});
}
