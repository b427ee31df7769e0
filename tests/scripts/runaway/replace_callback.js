'x'.replace(/x/, () => { for (;;); });
