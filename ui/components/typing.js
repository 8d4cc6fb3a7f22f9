// Whether a key goes into a field or a dialog, and so is not for the page.
const UNTYPED = ["button", "checkbox", "radio", "range", "submit"];

function typing(target) {
  if (document.querySelector("[role=dialog], [role=listbox]") || target.isContentEditable) return true;
  if (target.tagName === "INPUT") return !UNTYPED.includes(target.type);
  return target.tagName === "TEXTAREA" || target.tagName === "SELECT";
}
