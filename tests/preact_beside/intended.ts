/** Differences from Preact that are intended, each by the name of the case that shows it. docs/preact.md lists the same reasons. */
export const intended: Readonly<Record<string, string>> = {
  "useId: ids that differ and stay":
    "ids of `useId` begin with a few characters of the view, so that two elements of one page never share an id",
  "use: without a provider":
    "a function that uses nothing but its props (no hook, context, signal or `this`) does not run again for the same props",
  '0, "" and null as keys': 'keys are compared as text: to Preact `0` and `""` are the same key',
  "what stands beside what waits":
    "what waits in a `Suspense` leaves the page, and comes back as new elements; the states of its components are kept",
  "raw HTML, changed and taken away": "an element with `dangerouslySetInnerHTML` and one with children are two elements",
  "several become one in a list of components":
    "an item of a list that shows one element, and then several, makes them again; the states in it are kept",
};
