// A caption with its grounded words marked in the colours of their boxes.

// `spans` count code points, as Python does; where two overlap, the earlier in the list is shown.
function captionParts(caption, spans) {
  const letters = [...caption];
  const owner = (at) => spans.find(({ span: [start, end] }) => start <= at && at < end) ?? null;
  const parts = [];
  letters.forEach((letter, at) => {
    const whose = owner(at);
    const last = parts.at(-1);
    if (last && last.owner === whose) last.text += letter;
    else parts.push({ text: letter, owner: whose });
  });
  return parts;
}

// `marks` best first; `heat` hears which of them the pointer means, or none.
function drawCaption(place, caption, marks, heat) {
  const spans = marks.filter(({ box }) => box.span).map((mark) => ({ span: mark.box.span, mark }));
  const parts = captionParts(caption, spans).map(({ text, owner }) => {
    if (!owner) return text;
    const same = marks.filter(({ box }) => box.span?.join() === owner.span.join());
    const word = element("mark", "", text);
    word.dataset.testid = "boxview-grounded";
    word.style.setProperty("--colour", owner.mark.style.colour);
    word.title = same.length === 1 ? "1 box" : `${same.length} boxes`;
    word.onmouseenter = () => heat(same);
    word.onmouseleave = () => heat([]);
    return word;
  });
  place.replaceChildren(...parts);
}
