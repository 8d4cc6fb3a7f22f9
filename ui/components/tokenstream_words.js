// What the component says in words and figures.
const ENDS = {
  stop: "ended by itself",
  length: "token limit reached",
  cancelled: "stopped",
  timeout: "stopped, nothing came for too long",
  error: "failed",
};

function wording(run) {
  if (run.stopping && !run.ended) return "Stopping";
  return {
    waiting: run.position ? `Waiting, ${place(run.position)} in line` : "Waiting for the first token",
    writing: "Writing",
    reconnecting: "Connection lost; trying again",
    lost: "Connection lost; the run goes on without us",
    done: run.ends.length === 1 && run.ends[0] === "length" ? "Done at the token limit" : "Done",
    stopped: "Stopped by you",
    failed: run.reason ? `Failed: ${run.reason}` : "Failed",
  }[run.state];
}

function place(position) {
  if (position === 1) return "next";
  const teen = position % 100 > 10 && position % 100 < 14;
  return `${position}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[position % 10]) || "th"}`;
}

function figures(run) {
  const parts = [`${run.tokens} / ${run.data.limit} tokens`];
  if (run.rate) parts.push(`${run.rate.toFixed(run.rate < 10 ? 1 : 0)} tokens/s`);
  if (run.firstTokenMs) parts.push(`first token ${Math.round(run.firstTokenMs)} ms`);
  return parts.map(unbroken).join(" · ");
}

function unbroken(text) {
  return text.replaceAll(" ", "\u00a0");
}

function percent(probability) {
  const hundredths = 100 * probability;
  if (hundredths > 0 && hundredths < 0.1) return unbroken("< 0.1 %");
  return unbroken(`${hundredths.toFixed(1)} %`);
}

function bits(nats) {
  return nats / Math.LN2;
}

// A token on its own, with its spaces and line ends to be seen.
function visible(text) {
  if (!text) return "(no letters)";
  return text.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥");
}

function claimsWords(claims) {
  if (!claims) return "";
  if (!claims.length) return "No claims to hold against the boxes";
  const supported = claims.filter((claim) => claim.supported).length;
  return `${supported} of ${claims.length} ${claims.length === 1 ? "claim" : "claims"} supported by the boxes`;
}
