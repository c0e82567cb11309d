// What the service says, as it happens. A browser keeps at most six connections to one host, so the tabs share one
// stream: who holds the lock listens, and passes on what it hears; when that tab is closed, another takes over.
import { eventsAddress } from "./api.js";
import { eventNames } from "./state.js";

const NAME = "tillside-live";
const TRY_AGAIN_MS = 2000;

function listen(hear) {
  const source = new EventSource(eventsAddress);
  source.onopen = () => hear({ link: "up" });
  source.onerror = () => {
    hear({ link: "down" });
    // The browser tries again by itself and says what it heard last, unless the answer was a refusal.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => listen(hear), TRY_AGAIN_MS);
    }
  };
  for (const name of eventNames) {
    source.addEventListener(name, (message) => hear({ event: { event: name, ...JSON.parse(message.data) } }));
  }
}

// `onLink` hears "up" and "down", `onEvent` one event at a time.
export function openLive({ onEvent, onLink }) {
  const take = ({ link, event }) => {
    if (link) {
      onLink(link);
    }
    if (event) {
      onEvent(event);
    }
  };
  if (!navigator.locks || !globalThis.BroadcastChannel) {
    listen(take);
    return;
  }

  const others = new BroadcastChannel(NAME);
  let isListening = false;
  let link = null;
  others.onmessage = ({ data }) => {
    if (data.isNew && isListening && link) {
      others.postMessage({ link });
    }
    take(data);
  };
  others.postMessage({ isNew: true });
  navigator.locks.request(NAME, () => {
    isListening = true;
    listen((said) => {
      link = said.link ?? link;
      others.postMessage(said);
      take(said);
    });
    return new Promise(() => {}); // held until this tab is closed
  });
}
