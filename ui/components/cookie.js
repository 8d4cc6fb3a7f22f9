// Fetches the browser's cookie, and looks whether what this tab shows is still good.
const LOOK_EVERY_MS = 3000;
const redeemed = new Set();
let changes = 0;

export default function ({ data, setStateValue }) {
  if (data.ticket && !redeemed.has(data.ticket)) {
    redeemed.add(data.ticket);
    redeem(data.ticket, (problem) => setStateValue("problem", problem));
  }
  return watch(data, () => setStateValue("changed", ++changes));
}

async function redeem(ticket, fail) {
  try {
    const answer = await fetch(new URL("auth/cookie", document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
      keepalive: true,
      body: JSON.stringify({ ticket }),
    });
    if (!answer.ok) fail(`answer ${answer.status}`);
  } catch {
    fail("no answer");
  }
}

// Only while somebody can see the tab, and once it is seen again. No answer says nothing.
// With every answer comes the id of the notice that everybody is told; this tab shows `notice`.
function watch({ watched, notice }, tell) {
  const address = new URL("auth/session", document.baseURI);
  if (watched) address.search = new URLSearchParams(watched);
  let looking = false;
  const look = async () => {
    if (document.hidden || looking) return;
    looking = true;
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    looking = false;
    const told = answer?.headers.get("X-Notice") ?? notice;
    if ((answer?.status === 401 || told !== notice) && !stopped) tell();
  };
  let stopped = false;
  const timer = setInterval(look, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    stopped = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
