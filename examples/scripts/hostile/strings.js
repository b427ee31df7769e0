// Doubles a text until it is longer than V8 allows, which is an ordinary RangeError.
for (let text = "ha";;) text += text;
