// The session lives in a cookie that scripts cannot read; the token of the
// answer is for other clients.

import { fieldTexts, sentenceFor } from '../core/problems.js';

export function createAccount({ api, dispatch, tell }) {
  function refused(result) {
    return { done: false, sentence: sentenceFor(result), fields: fieldTexts(result) };
  }

  async function logIn(username, password) {
    const result = await api.post('/api/seats/login/', { username, password });
    if (result.kind !== 'answer') return refused(result);
    dispatch({ type: 'person/known', name: result.body.user?.username ?? username });
    tell('person');
    return { done: true };
  }

  return {
    logIn,
    async register(username, password, email) {
      const body = email ? { username, password, email } : { username, password };
      const result = await api.post('/api/seats/register/', body);
      return result.kind === 'answer' ? logIn(username, password) : refused(result);
    },
    async logOut() {
      const result = await api.post('/api/seats/logout/', {});
      if (result.kind !== 'answer' && result.status !== 401) return refused(result);
      dispatch({ type: 'person/guest' });
      tell('person');
      return { done: true };
    },
    async whoAmI() {
      const result = await api.get('/api/seats/me/');
      if (result.kind === 'answer') dispatch({ type: 'person/known', name: result.body.user?.username ?? '' });
      else if (result.status === 401) dispatch({ type: 'person/guest' });
      return result.kind === 'answer';
    },
  };
}
