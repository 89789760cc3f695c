// The page that shows the API as its description says and tries a call. No library, nothing from other hosts.
'use strict';
(() => {
  const texts = document.body.dataset;
  const base = '/api/v1';
  const keyField = document.getElementById('key');
  const list = document.getElementById('list');
  const place = document.getElementById('call');
  let description = null;
  let csrf = '';

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children);
    return element;
  };

  const headers = () => {
    const result = { 'Accept-Language': document.documentElement.lang };
    if (keyField.value) result.Authorization = 'Bearer ' + keyField.value;
    else if (csrf) result['X-CSRF-Token'] = csrf;
    return result;
  };

  const resolved = (schema) => (schema && schema.$ref ? description.components.schemas[schema.$ref.split('/').pop()] : schema);

  // A first body to start from: required members only.
  const sample = (given, depth = 0) => {
    const schema = resolved(given) || {};
    if (depth > 4) return null;
    if (schema.allOf) return schema.allOf.reduce((all, part) => Object.assign(all, sample({ ...resolved(part), required: (schema.allOf[1] || {}).required }, depth)), {});
    if (schema.enum) return schema.enum[0];
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object') {
      const result = {};
      for (const name of schema.required || []) result[name] = sample((schema.properties || {})[name], depth + 1);
      return result;
    }
    if (type === 'array') return [];
    if (type === 'integer' || type === 'number') return 1;
    if (type === 'boolean') return false;
    return type === 'string' ? '' : null;
  };

  const typeName = (given, depth = 0) => {
    if (!given) return 'any';
    if (given.$ref) return given.$ref.split('/').pop();
    const some = given.oneOf || given.anyOf;
    if (some) return some.map((part) => typeName(part, depth + 1)).join(' | ');
    if (given.enum) return given.enum.join(' | ');
    if (given.type === 'array') return typeName(given.items, depth + 1) + '[]';
    const type = Array.isArray(given.type) ? given.type.join(' | ') : given.type || 'any';
    return given.format ? type + ' (' + given.format + ')' : type;
  };

  const schemaText = (given) => {
    const schema = resolved(given);
    if (!schema) return '';
    const parts = schema.allOf ? schema.allOf.map(resolved) : [schema];
    const lines = [];
    for (const part of parts) {
      for (const [name, member] of Object.entries(part.properties || {})) {
        const note = member.description ? '  // ' + member.description : '';
        lines.push('  ' + name + ': ' + typeName(member) + note);
      }
    }
    return lines.length ? '{\n' + lines.join('\n') + '\n}' : typeName(given);
  };

  const send = async (path, method, operation, form) => {
    let address = path;
    const query = new URLSearchParams();
    for (const parameter of operation.parameters || []) {
      const value = form.elements['p:' + parameter.name].value;
      if (!value) continue;
      if (parameter.in === 'path') address = address.replace('{' + parameter.name + '}', encodeURIComponent(value));
      else if (parameter.in === 'query' && parameter.style !== 'deepObject') query.set(parameter.name, value);
      else if (parameter.in === 'query') value.split('&').forEach((pair) => query.append(pair.split('=')[0], pair.split('=').slice(1).join('=')));
    }
    const options = { method: method.toUpperCase(), headers: headers() };
    for (const parameter of operation.parameters || []) {
      const value = form.elements['p:' + parameter.name].value;
      if (value && parameter.in === 'header') options.headers[parameter.name] = value;
    }
    if (form.elements.file && form.elements.file.files.length) {
      options.body = new FormData();
      options.body.append('file', form.elements.file.files[0]);
    } else if (form.elements.body) {
      options.headers['Content-Type'] = 'application/json';
      options.body = form.elements.body.value;
    }
    const started = performance.now();
    const answer = await fetch(base + address + (query.size || query.toString() ? '?' + query : ''), options);
    const type = answer.headers.get('Content-Type') || '';
    let text = /json|text/.test(type) ? await answer.text() : (await answer.blob()).size + ' B, ' + type;
    if (type.includes('json')) text = JSON.stringify(JSON.parse(text), null, 2);
    return { status: answer.status, text, ms: Math.round(performance.now() - started) };
  };

  const show = (path, method, operation, button) => {
    list.querySelectorAll('[aria-current]').forEach((other) => other.removeAttribute('aria-current'));
    button.setAttribute('aria-current', 'true');
    const media = operation.requestBody && operation.requestBody.content;
    const schema = media && (media['application/json'] || {}).schema;
    const done = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
    const answered = done && done[1].content && Object.values(done[1].content)[0].schema;
    const answer = make('div');
    const form = make('form', {
      onsubmit: async (event) => {
        event.preventDefault();
        answer.replaceChildren();
        try {
          const result = await send(path, method, operation, form);
          answer.append(make('h3', {}, texts.answer + ': ' + result.status + ', ' + texts.duration + ' ' + result.ms), make('pre', { class: result.status < 400 ? '' : 'failed', tabindex: 0 }, result.text));
        } catch (error) {
          answer.append(make('p', { class: 'failed' }, texts.failed + ': ' + error.message));
        }
      },
    });
    if ((operation.parameters || []).length) form.append(make('h3', {}, texts.parameters));
    for (const parameter of operation.parameters || []) {
      const id = 'p:' + parameter.name;
      form.append(make('div', { class: 'row' }, make('label', { for: id }, parameter.name + (parameter.required ? ' *' : '')), make('input', { id, name: id, required: parameter.required, placeholder: parameter.style === 'deepObject' ? 'filter[name][contains]=…' : typeName(parameter.schema) })));
    }
    if (media && media['multipart/form-data']) form.append(make('label', {}, texts.body + ' ', make('input', { type: 'file', name: 'file' })));
    if (schema) {
      const body = make('textarea', { id: 'body', name: 'body', spellcheck: 'false' });
      body.value = JSON.stringify(sample(schema), null, 2);
      form.append(make('h3', {}, make('label', { for: 'body' }, texts.body)), body, make('h3', {}, texts.schema), make('pre', { tabindex: 0 }, schemaText(schema)));
    }
    form.append(make('p', {}, make('button', { type: 'submit' }, texts.send)));
    place.replaceChildren(make('h2', {}, operation.summary), make('p', { class: 'path' }, make('span', { class: 'method' }, method), ' ' + base + path), form, answer);
    if (answered) place.append(make('h3', {}, texts.answer + ': ' + texts.schema), make('pre', { tabindex: 0 }, schemaText(answered)));
  };

  const fill = () => {
    const wanted = document.getElementById('find').value.trim().toLowerCase();
    const groups = new Map(description.tags.map((tag) => [tag.name, { tag, items: [] }]));
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const found = !wanted || (path + ' ' + operation.summary).toLowerCase().includes(wanted);
        if (found) groups.get(operation.tags[0]).items.push({ path, method, operation });
      }
    }
    list.replaceChildren();
    for (const { tag, items } of groups.values()) {
      if (!items.length) continue;
      const details = make('details', { open: Boolean(wanted) }, make('summary', {}, tag.description || tag.name));
      for (const { path, method, operation } of items) {
        const button = make('button', { type: 'button', title: operation.summary, onclick: () => show(path, method, operation, button) }, make('span', { class: 'method' }, method), make('span', { class: 'path' }, path));
        details.append(button);
      }
      list.append(details);
    }
  };

  const load = async () => {
    const problem = document.getElementById('problem');
    const session = await fetch(base + '/session', { headers: headers() });
    csrf = session.ok ? (await session.json()).csrf : '';
    const answer = await fetch(base + '/openapi.json', { headers: headers() });
    problem.hidden = answer.ok;
    if (!answer.ok) {
      problem.textContent = texts.signIn;
      list.replaceChildren();
      return;
    }
    description = await answer.json();
    fill();
  };

  keyField.addEventListener('change', load);
  document.getElementById('find').addEventListener('input', () => description && fill());
  load();
})();
