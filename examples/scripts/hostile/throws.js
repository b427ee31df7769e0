// Has an ordinary mistake in it.
JSON.parse(`{"seed": ${seed}}`).tenant.name;
