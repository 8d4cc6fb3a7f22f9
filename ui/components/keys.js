// Says which of the page's keys was pressed. Keys that go into a field or a dialog are left alone.
export default function ({ data, setTriggerValue }) {
  const press = (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!data.keys.includes(event.key) || typing(event.composedPath()[0])) return;
    event.preventDefault();
    setTriggerValue("pressed", event.key);
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
