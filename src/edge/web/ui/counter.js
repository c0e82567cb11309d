// The counter page: what the service says goes into one state, the state is drawn, and each act is one request.
import { html, render, useEffect, useMemo, useReducer, useRef, useState } from "./vendor/preact-htm.js";
import * as api from "./api.js";
import { whenNothingIsHeld } from "./hold.js";
import { listenToKeys } from "./keys.js";
import { openLive } from "./live.js";
import { usePicture } from "./picture.js";
import { useSlide } from "./slide.js";
import { nothingYet, wantsMore, withAnswer, withCurrent, withEvent, withLink, withoutStrangeCode } from "./state.js";
import { language, say, sayCount } from "./words.js";
import { Add } from "./parts/add.js";
import { whyNot } from "./parts/ask.js";
import { AskPromise, AskSaid, AskSlip, AskTie } from "./parts/asks.js";
import { Header } from "./parts/header.js";
import { KeysSheet } from "./parts/keys-sheet.js";
import { Nobody } from "./parts/nobody.js";
import { Failure } from "./parts/notices.js";
import { Prompts, Quiet } from "./parts/prompts.js";
import { Receipts } from "./parts/receipt.js";
import { Shade, useShade } from "./parts/shade.js";
import { Slip } from "./parts/slip.js";
import { StrangeCode, Stranger, Unnamed } from "./parts/stranger.js";
import { Who } from "./parts/who.js";

const TRY_AGAIN_MS = 2000;
const ASK_TOGETHER_MS = 30; // several events at once are one question
const FAILURE_SHOWN_MS = 8000;

const asks = { said: AskSaid, promise: AskPromise, tie: AskTie, slip: AskSlip, keys: KeysSheet };

// The state, kept fresh: events change it at once; what they do not carry is asked for.
function useCounter() {
  const [state, change] = useReducer((now, fn) => fn(now), nothingYet);
  const eventsHeard = useRef(0);
  const refresh = useMemo(() => {
    let timer = null;
    const ask = async () => {
      timer = null;
      const heardBefore = eventsHeard.current;
      try {
        const current = await api.getCurrent();
        if (eventsHeard.current === heardBefore) {
          whenNothingIsHeld(() => change((now) => withCurrent(now, current, Date.now())));
        } else {
          timer ??= setTimeout(ask, ASK_TOGETHER_MS); // the answer may be older than what was heard meanwhile
        }
      } catch {
        timer ??= setTimeout(ask, TRY_AGAIN_MS);
      }
    };
    return () => {
      timer ??= setTimeout(ask, ASK_TOGETHER_MS);
    };
  }, []);

  useEffect(() => {
    openLive({
      onLink: (link) => {
        change((now) => withLink(now, link));
        if (link === "up") {
          refresh();
        }
      },
      onEvent: (event) => {
        eventsHeard.current += 1;
        whenNothingIsHeld(() => change((now) => withEvent(now, event)));
        if (wantsMore(event)) {
          refresh();
        }
      },
    });
    refresh();
  }, []);
  return [state, change, refresh];
}

// What did not work is said for a while, in the page's one place for it.
function useFailure() {
  const [failure, setFailure] = useState(null);
  const timer = useRef(null);
  const fail = (refusal) => {
    clearTimeout(timer.current);
    setFailure(whyNot(refusal, "notice.failed"));
    timer.current = setTimeout(setFailure, FAILURE_SHOWN_MS, null);
  };
  return [failure, fail];
}

function actsOf(state, change, refresh, fail) {
  const { visit, strangeCode } = state;
  const doing = (work) => async (...given) => {
    try {
      await work(...given);
      refresh();
    } catch (refusal) {
      fail(refusal);
      refresh();
    }
  };
  return {
    scan: doing((code) => api.scan(code)),
    pick: doing((customer) => (visit && !visit.customer ? api.nameVisit(visit.id, customer.id) : api.openVisit(customer.id))),
    name: doing((customer) => api.nameVisit(visit.id, customer.id)),
    unname: doing(() => api.nameVisit(visit.id, null)),
    close: doing(() => api.closeVisit(visit.id)),
    print: doing(() => api.printSlip(visit.id)),
    nameReceipt: doing((receipt, customer) => api.nameReceipt(receipt.id, customer.id)),
    answer: doing((prompt, answer) => {
      change((now) => withAnswer(now, prompt, answer));
      return api.answerPrompt(prompt, answer);
    }),
    link: doing(async (customer) => {
      await api.learn(customer.id, { identifiers: [{ kind: "card", value: strangeCode }] });
      change(withoutStrangeCode);
      await api.scan(strangeCode); // now it finds somebody
    }),
    dismiss: () => change(withoutStrangeCode),
  };
}

function Left({ state, acts, ask, fail }) {
  const { visit, strangeCode } = state;
  const customer = visit?.customer ?? null;
  const code = strangeCode && html`
    <${StrangeCode} key=${strangeCode} code=${strangeCode} customer=${customer} onLink=${acts.link} onDismiss=${acts.dismiss}
      onFail=${fail} />`;
  if (!visit) {
    return html`<${Nobody} due=${state.due}>${code}<//>`;
  }
  if (!customer) {
    return html`<${Stranger} key=${visit.id} visit=${visit} onName=${acts.name} onClose=${acts.close} onFail=${fail} />${code}
      ${visit.prompts.length > 0 && html`<${Prompts} key=${visit.id} prompts=${visit.prompts} onAnswer=${acts.answer} />`}`;
  }
  return html`
    <${Who} customer=${customer} onNot=${acts.unname} />
    ${code}
    <${Prompts} key=${visit.id} prompts=${visit.prompts} onAnswer=${acts.answer} />
    <${Quiet} customer=${customer} />
    <${Add} customer=${customer} onSaid=${() => ask("said")} onPromise=${() => ask("promise")} onTie=${() => ask("tie")}
      onClose=${acts.close} />`;
}

function Right({ state, picture, acts, ask, fail }) {
  const { visit, unjoined } = state;
  const unnamed = unjoined.length > 0 && html`
    <${Unnamed} receipts=${unjoined} customer=${visit?.customer} letter=${visit ? "r" : "w"} onName=${acts.nameReceipt} onFail=${fail} />`;
  if (!visit) {
    return unnamed || html`<${Receipts} receipts=${[]} />`;
  }
  return html`
    <${Receipts} receipts=${visit.receipts} />
    <${Slip} slip=${visit.slip} picture=${picture} customer=${visit.customer} onEdit=${() => ask("slip")} onPrint=${acts.print} />
    ${visit.receipts.length === 0 && unnamed}`;
}

// What a screen reader should hear when somebody comes.
function heardOf({ visit }) {
  if (!visit?.customer) {
    return visit ? say("shade.someone") : "";
  }
  const arrived = say("who.arrived", { name: visit.customer.name });
  return visit.prompts.length === 0 ? arrived : `${arrived} ${sayCount("who.things", visit.prompts.length)}`;
}

// A dialog stays with whom it was opened for, whoever comes while it is open.
function useAsked(visit) {
  const [asked, setAsked] = useState(null);
  const ask = (name) => setAsked({ Dialog: asks[name], customer: visit?.customer, slip: visit?.slip });
  const dialog = asked && html`
    <${asked.Dialog} customer=${asked.customer} slip=${asked.slip} onLeave=${() => setAsked(null)} />`;
  return [dialog, ask];
}

function Counter() {
  const [state, change, refresh] = useCounter();
  const [failure, fail] = useFailure();
  const [dialog, ask] = useAsked(state.visit);
  const [isShaded, hide, raise] = useShade();
  const page = useRef(null);
  const acts = actsOf(state, change, refresh, fail);
  const picture = usePicture(state.visit?.slip?.picture);
  useSlide(page, [state, picture]);

  const newest = useRef(null);
  newest.current = { scan: acts.scan, isShaded, raise };
  useEffect(() => listenToKeys({
    onScan: (code) => newest.current.scan(code),
    onLetter: () => {
      document.dispatchEvent(new Event("letter-typed"));
      const wasShaded = newest.current.isShaded;
      newest.current.raise();
      return wasShaded;
    },
  }), []);
  useEffect(() => {
    document.title = say("page.title", { name: say("page.counter") });
  }, []);

  return html`
    <div class="page ${state.isKnown ? "" : "unknown"}" ref=${page}>
      <${Header} state=${state} onPick=${acts.pick} onFail=${fail} onHide=${hide} onKeys=${() => ask("keys")} />
      <main>
        <section class="left"><${Left} state=${state} acts=${acts} ask=${ask} fail=${fail} /></section>
        <aside><${Right} state=${state} picture=${picture} acts=${acts} ask=${ask} fail=${fail} /></aside>
      </main>
      <p class="unseen" role="status">${isShaded ? "" : heardOf(state)}</p>
      ${dialog}
    </div>
    <${Failure} text=${failure} />
    ${isShaded && html`<${Shade} isSomeoneHere=${state.visit !== null} onRaise=${raise} />`}`;
}

document.documentElement.lang = language;
render(html`<${Counter} />`, document.getElementById("page"));
