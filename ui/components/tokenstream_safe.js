// The second lock on formatted text: only what is named here is made, whatever the HTML holds.
const TAGS = new Set(
  "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split(" "),
);
const UNREAD = new Set(["script", "style", "template", "iframe", "noscript", "object", "svg", "math"]);
const ALIGNED = /^text-align: ?(left|center|right);?$/;

function safe(html) {
  const made = document.createDocumentFragment();
  // A document made so runs no script and fetches nothing.
  copyInto(made, new DOMParser().parseFromString(html, "text/html").body);
  return made;
}

function copyInto(target, source) {
  for (const node of source.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) target.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || UNREAD.has(node.localName)) continue;
    const made = TAGS.has(node.localName) ? like(node) : null;
    copyInto(made ?? target, node);
    if (made) target.append(made);
  }
}

function like(node) {
  const made = document.createElement(node.localName);
  if (node.localName === "a") {
    const address = node.getAttribute("href") ?? "";
    if (!/^(https?:\/\/|mailto:)/i.test(address)) return null;
    made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer nofollow";
  }
  if (node.localName === "ol" && /^\d{1,9}$/.test(node.getAttribute("start"))) made.start = node.getAttribute("start");
  const [, aligned] = ALIGNED.exec(node.getAttribute("style")) ?? [];
  if (aligned) made.style.textAlign = aligned;
  return made;
}
