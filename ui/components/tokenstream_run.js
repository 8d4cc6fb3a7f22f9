// One run's text as it comes: reads the event stream, and takes it up again where it broke off.
const RETRY_MS = [300, 700, 1500, 3000, 5000, 8000];
const REPLAY_TOKENS = 8; // more than this in one read, within
const REPLAY_MS = 1000; // of joining: written before we came, so it says nothing about the pace

class Run {
  constructor(data) {
    this.data = data;
    this.texts = Array.from({ length: data.outputs }, () => []);
    this.drawn = this.texts.map(() => []); // the tokens as they came, also those past the end
    this.ends = this.texts.map(() => null);
    this.whole = false; // every token that was kept is in `drawn`
    this.known = null; // what Python says of the finished run
    this.tokens = 0;
    this.last = null;
    this.position = 0;
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

  // The tokens of a run that ended before we came: its stream once more, from where we left it.
  async load() {
    if (this.reader || this.whole) return;
    const reader = (this.reader = new AbortController());
    this.trouble = "";
    try {
      await this.read(reader.signal);
      if (!this.whole) throw new Error("the stream broke off");
    } catch (error) {
      if (!reader.signal.aborted) this.trouble = error.message;
    }
    if (this.reader === reader) this.reader = null;
    this.view?.soon();
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
    if (!response.ok) throw new Error(`status ${response.status}`);
    if (this.state === "reconnecting") this.set(this.tokens ? "writing" : "waiting");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      const before = this.tokens;
      const events = (rest + value).split(/\r?\n\r?\n/);
      rest = events.pop();
      for (const event of events) this.take(event);
      if (!this.ended) this.pace(this.tokens - before);
      this.view?.soon();
    }
  }

  take(block) {
    const event = { event: "message", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const [, name, value] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
      if (name) event[name] = value;
    }
    if (event.event === "token") this.add(JSON.parse(event.data));
    else if (event.event === "queue") this.position = JSON.parse(event.data).position;
    else if (event.event === "done") this.close(summary(JSON.parse(event.data)));
    else if (event.event === "error") this.close(problem(JSON.parse(event.data)));
    if (event.id !== undefined) this.last = event.id;
  }

  add(token) {
    const output = token.output ?? 0;
    this.drawn[output].push(token);
    if (this.ended) return;
    this.texts[output].push(token.text);
    this.tokens += 1;
    if (this.state !== "writing") this.set("writing");
  }

  close(found) {
    this.whole = true;
    if (!this.ended) this.end(found);
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

  know(final) {
    if (this.known) return; // it does not change any more, and what is drawn of it stays as it is
    this.known = final;
    if (final.texts.some((text, at) => text !== this.texts[at].join(""))) this.forget();
    this.finish(final);
  }

  // A server that was killed has kept less than it told: its tokens are to be read again.
  forget() {
    this.drawn = this.texts.map(() => []);
    this.whole = false;
    this.last = null;
  }

  finish(found) {
    if (found.texts) this.texts = found.texts.map((text, at) => settled(this.texts[at], text));
    this.ends = found.ends ?? this.ends;
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

function settled(pieces, text) {
  return pieces?.join("") === text ? pieces : [text];
}

function summary(done) {
  return {
    state: done.status,
    texts: done.outputs.map((output) => output.text),
    ends: done.outputs.map((output) => output.finish_reason),
    tokens: done.usage.completion_tokens,
    timings: done.timings_ms,
  };
}

function problem(event) {
  return { state: "failed", reason: event.error.message };
}
