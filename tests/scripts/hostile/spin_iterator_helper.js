// deadline_exceeded: exhausts an iterator that never ends
Iterator.from({next: () => ({done: false, value: 1})}).drop(Infinity).next();
