// What the view says in words.

function countWords({ marks, hidden, threshold, data }, shown, suppressed) {
  const all = marks.length;
  if (!all) return `No box reached ${data.floor.toFixed(2)}, the lowest score kept. Try other words for what you look for, or another model.`;
  const overlapping = suppressed ? `, ${suppressed} hidden as overlapping` : "";
  if (shown) return `${shown} of ${all} ${all === 1 ? "box" : "boxes"} shown${overlapping}`;
  const switchedOn = marks.filter(({ box }) => !hidden.has(box.label));
  if (!switchedOn.length) return "Every label is switched off; switch one on to see its boxes.";
  const { box } = switchedOn.reduce((best, mark) => (mark.box.score > best.box.score ? mark : best));
  const best = `the best was ${box.score.toFixed(2)} for “${box.label}”`;
  return `No box reached ${threshold.toFixed(2)}; ${best}. Lower the score here, try other words, or another model.`;
}

function tipWords({ box, judgedAs }) {
  const piece = box.piece ? ` (found: “${box.piece}”)` : "";
  const others = box.others.map(({ label, score }) => `\n${label}  ${percent(score)}`).join("");
  const said = judgedAs ? `\njudged: ${VERDICTS[judgedAs].name}` : "";
  return `${box.label}  ${percent(box.score)}${piece}${others}${said}`;
}

function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}
