// The key “/” puts the cursor into the search field, whose label `data` names.
export default function ({ data }) {
  const lead = (event) => {
    if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.composedPath()[0])) return;
    const field = document.querySelector(`input[aria-label="${data.label}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  };
  document.addEventListener("keydown", lead);
  return () => document.removeEventListener("keydown", lead);
}
