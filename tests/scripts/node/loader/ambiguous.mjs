await 0; __filename;
