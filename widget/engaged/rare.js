/*
 * What few pages need: a file of its own, consent that was taken back elsewhere, and a policy that keeps us from connecting.
 */
/** What a file of its own does under this name. */
const rare = (name) => (...said) =>
  import(api + '/widget-rare.js').then(safe((file) => file.default(kit)[name](...said)), () => {});

/** Consent that was taken back in another tab holds here too, also when that was before this file was there. */
const storedAs = 'leadsbot:' + token;
const takeBack = () => window.LeadsBot.consent(false);
addEventListener('storage', safe(({ key, newValue }) => key === storedAs && !newValue && takeBack()));
safe(() => {
  if (!open() || localStorage.getItem(storedAs)) return;
  localStorage.setItem(storedAs, 0); // throws where nothing can be stored, and nothing was
  takeBack();
})();

/** A policy that keeps us from connecting may yet let a picture say so. */
addEventListener('securitypolicyviolation', safe(({ blockedURI }) => {
  // A page this strict may also keep its address to itself; where it is from has to be told.
  if (blockedURI === endpoint) assign(new Image(), { referrerPolicy: 'origin', src: endpoint + '/blocked' });
}));
