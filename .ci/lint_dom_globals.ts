/**
 * A lint rule: what runs on a server uses no global that only a browser has. The compiler cannot say so, since whoever imports
 * Preact's types has `document` in scope. It looks at names, not at scopes: a local of one of these names is better named otherwise.
 */
/// <reference lib="deno.unstable" />
const browserOnly = new Set([
  "customElements",
  "document",
  "DOMParser",
  "getComputedStyle",
  "HTMLElement",
  "IntersectionObserver",
  "localStorage",
  "matchMedia",
  "MutationObserver",
  "requestAnimationFrame",
  "sessionStorage",
  "window",
]);

const plugin: Deno.lint.Plugin = {
  name: "nacre",
  rules: {
    "no-dom-globals": {
      create(context) {
        const path = context.filename.replaceAll("\\", "/");
        if (!path.includes("/runtime/") || /\/runtime\/(browser|client)\//.test(path)) return {};

        const report = (node: Deno.lint.Node): void => {
          if (node.type !== "Identifier" || !browserOnly.has(node.name)) return;
          context.report({
            node,
            message: `\`${node.name}\` is a browser's: on a server it is not there`,
            hint: "Move it to runtime/browser or runtime/client",
          });
        };
        // Only where the value is used: as a type, as a key or as the name of a property these words are harmless.
        return {
          MemberExpression: (node) => report(node.object),
          CallExpression: (node) => report(node.callee),
          NewExpression: (node) => report(node.callee),
          ClassDeclaration: (node) => node.superClass && report(node.superClass),
        };
      },
    },
  },
};
export default plugin;
