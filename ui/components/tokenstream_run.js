// One run's text as it comes: reads the event stream, and takes it up again where it broke off.
const RETRY_MS = [300, 700, 1500, 3000, 5000, 8000];
const REPLAY_TOKENS = 8; // more than this in one read, within
const REPLAY_MS = 1000; // of joining: written before we came, so it says nothing about the pace

class Run {
  constructor(data) {
    this.data = data;
    this.texts = Array.from({ length: data.outputs }, () => []);
    this.tokens = 0;
    this.last = null;
    this.state = "waiting";
    this.reason = "";
    this.view = null;
  }

  get ended() {
    return this.state === "done" || this.state === "stopped" || this.state === "failed";
  }

  async follow() {
    if (this.reader || this.ended) return;
    const reader = (this.reader = new AbortController());
    let failures = 0;
    while (!this.ended && !reader.signal.aborted) {
      const before = this.last;
      try {
        await this.read(reader.signal);
        if (this.ended) break;
      } catch (error) {
        if (reader.signal.aborted) break;
        if (error instanceof Refused) {
          this.end({ state: "failed", reason: error.message });
          break;
        }
      }
      failures = this.last === before ? failures + 1 : 1;
      if (failures > RETRY_MS.length) {
        this.set("lost");
        break;
      }
      this.set("reconnecting");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[failures - 1]));
    }
    if (this.reader === reader) this.reader = null;
  }

  pause() {
    this.reader?.abort();
    this.reader = null;
  }

  async read(signal) {
    this.joined = performance.now();
    const headers = this.last === null ? {} : { "Last-Event-ID": this.last };
    const response = await fetch(this.data.stream, { headers, signal });
    if (response.status === 404) throw new Refused("This run is not there any more.");
    if (!response.ok) throw new Error(response.status);
    if (this.state === "reconnecting") this.set(this.tokens ? "writing" : "waiting");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const before = this.tokens;
      const events = (rest + value).split(/\r?\n\r?\n/);
      rest = events.pop();
      for (const event of events) this.take(event);
      this.pace(this.tokens - before);
      this.view?.soon();
    }
  }

  take(block) {
    const event = { event: "message", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const [, name, value] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
      if (name) event[name] = value;
    }
    if (event.event === "token") {
      const token = JSON.parse(event.data);
      this.texts[token.output ?? 0].push(token.text);
      this.tokens += 1;
      if (this.state !== "writing") this.set("writing");
    } else if (event.event === "done") this.end(summary(JSON.parse(event.data)));
    else if (event.event === "error") this.end(problem(JSON.parse(event.data)));
    if (event.id !== undefined) this.last = event.id;
  }

  pace(added) {
    if (!added) return;
    const now = performance.now();
    const replayed = added > REPLAY_TOKENS && now - this.joined < REPLAY_MS;
    if (!this.from && !replayed) this.firstTokenMs = now - this.joined;
    if (!this.from || replayed) this.from = { at: now, tokens: this.tokens };
    const seconds = (now - this.from.at) / 1000;
    if (seconds > 0.3) this.rate = (this.tokens - this.from.tokens) / seconds;
  }

  end(found) {
    this.finish(found);
    this.view?.ended();
  }

  finish(found) {
    if (found.texts) this.texts = found.texts.map((text, at) => settled(this.texts[at], text));
    this.tokens = found.tokens ?? this.tokens;
    this.firstTokenMs = found.timings?.first_token ?? this.firstTokenMs;
    const writing = (found.timings?.total - found.timings?.first_token) / 1000;
    if (writing > 0) this.rate = (this.tokens - this.texts.length) / writing;
    this.set(found.state, found.reason);
  }

  set(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.view?.soon();
  }

  async cancel() {
    this.stopping = true;
    this.view?.soon();
    try {
      const response = await fetch(this.data.cancel, { method: "POST" });
      this.stopping = response.ok;
    } catch {
      this.stopping = false;
    }
    this.view?.soon();
  }
}

class Refused extends Error {}

function summary(done) {
  const limited = done.outputs.some((output) => output.finish_reason === "length");
  return {
    state: done.status,
    reason: limited ? "length" : "",
    texts: done.outputs.map((output) => output.text),
    tokens: done.usage.completion_tokens,
    timings: done.timings_ms,
  };
}

function problem(event) {
  return { state: "failed", reason: event.error.message };
}
