// Of a thousand fields, only what changed is drawn anew. Entries are never changed in place: one that is
// the same object looks the same, unless what is `known` of it besides is different.

export function kept(cache, entry, known, make) {
  const had = cache.get(entry);
  if (had?.known === known) return had.node;
  const node = make();
  cache.set(entry, { known, node });
  return node;
}

// Shows these nodes, and touches only those that are not there already.
export function show(container, nodes) {
  const { children } = container;
  while (children.length > nodes.length) container.lastElementChild.remove();
  nodes.forEach((node, at) => {
    if (children[at] === node) return;
    if (at < children.length) children[at].replaceWith(node);
    else container.append(node);
  });
}
