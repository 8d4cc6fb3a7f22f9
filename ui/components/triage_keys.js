// Keys of triage. Each goes to Python with the rating it was pressed over, one after the other, and
// again until it is answered: the script may end early, and what it was told then is lost.
const PATIENCE_MS = 4000;
const states = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) states.set(parentElement, (state = { view: `${Date.now()}-${Math.random()}`, given: 0, pending: [] }));
  const forget = () => {
    clearTimeout(state.timer);
    state.timer = null;
  };
  const send = () => {
    forget();
    if (!state.pending.length) return;
    setTriggerValue("pressed", { view: state.view, ...state.pending[0] });
    state.timer = setTimeout(send, PATIENCE_MS);
  };
  const press = (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (!data.keys.includes(key) || typing(event.composedPath()[0])) return;
    event.preventDefault();
    state.pending.push({ n: (state.given += 1), key, row: data.row });
    if (state.pending.length === 1) send();
  };
  if (data.view === state.view) {
    const before = state.pending.length;
    state.pending = state.pending.filter(({ n }) => n > data.done);
    if (state.pending.length < before) send();
  }
  if (state.pending.length) state.timer ??= setTimeout(send, PATIENCE_MS);
  document.addEventListener("keydown", press);
  return () => {
    forget();
    document.removeEventListener("keydown", press);
  };
}
