Promise.resolve({then() { for (;;); }});
