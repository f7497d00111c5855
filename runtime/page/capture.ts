/**
 * The script that keeps what a user does to a painted page before the browser runtime is there. It stands in the page itself, so it must
 * stay small. It must never keep what happens in an element that has a link, nor hold a submit back that no runtime will send.
 */

/** For so many ms a submit waits for the browser runtime (the number stands in the script). Then the browser sends the form by itself. */
export const submitWaitsMs = 10_000;

/**
 * Keeps clicks, inputs, changes and submits, each with its target and the element that this is in. Only a submit is held back, and it is
 * released (submitted again by the same button, and not kept):
 *
 * - when the page is parsed, or loaded, and no script has defined the element: the runtime is missing, blocked, or not understood.
 *   (An `async` module may come after the page is parsed, but not after it is loaded);
 * - when it has waited for {@link submitWaitsMs};
 * - when its element has a status, and so was not taken over: a part did not come, the view was changed, the browser is too old.
 *
 * A form is asked for nothing by name: one of its controls may have that name. A `submit` that a script dispatched is an ordinary event.
 */
export const captureScript: string = `self.nacreEarly||(nacreEarly=[],(n=>{let x,
s=e=>e.isTrusted&&e.type=="submit",
f=a=>{x=x||a;nacreEarly=nacreEarly.filter(([e,t,o])=>{if(!s(e)||!x&&!o.hasAttribute("status"))return 1;let b=e.submitter;HTMLFormElement.prototype.requestSubmit.call(t,b&&b.form==t?b:null)})},
g=()=>{customElements.get(n)||f(1)};
["click","input","change","submit"].map(k=>addEventListener(k,e=>{let p=e.composedPath(),o=p.find(t=>t.localName==n&&!t.hasAttribute("status"));if(o&&!(x&&s(e))){nacreEarly.push([e,p[0],o]);s(e)&&(e.preventDefault(),setTimeout(f,10000,1))}},!0));
addEventListener("nacre:status",()=>f());
addEventListener("load",g);
addEventListener("DOMContentLoaded",()=>document.querySelector("script[type=module][async]")||g())})("server-component"))`;
