/*
 * Hosted forms. A file of their own shows them; here they are watched like any other and sent at once. And what this file
 * brings, by name.
 */
function send(form) {
  take(form, () => 'confirmed');
  return judge(attemptAt(form).entry);
}
const hosts = new Set();
function host(script) {
  if (hosts.has(script)) return;
  hosts.add(script);
  import(api + '/hosted-form.js')
    .then((file) => file.default({ tag: script, api, token, watch: listen, send }))
    .catch(() => {});
}

return {
  question, act, formed, watch, evidence, measure, collect, say, pack, enter, host, meet: rare('meet'), audit: rare('audit'), identify, stage, capture, flush: () => flushAll(),
};
