/*
 * The script element that brought us here: whose site this is, and where its LeadsBot is.
 */
const framed = parent !== window;
const tokenOf = (script) =>
  script && (attr(script, 'data-token') || new URL(script.src || location).searchParams.get('token'));
// A tag manager may leave no currentScript, or strip the data attributes: hence the id, the file name and ?token=.
const tag =
  [doc.currentScript].find(tokenOf) || all(root, '#leadsbot-listener,script[src*="widget.js"]').find(tokenOf);
// Whoever frames this page from the same origin sees into it.
if (!tag || window.LeadsBot?.flush || safe(() => framed && parent.LeadsBot)()) return;

const token = tokenOf(tag);
const api = (attr(tag, 'data-api') || (tag.src || location.href).match(/\w+:..[^/]+/)[0]).replace(/\/+$/, '');
const endpoint = api + '/api/w/' + token;
