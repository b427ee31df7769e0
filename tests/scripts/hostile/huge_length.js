// uncaught_exception: asks for an array longer than any
new Array(2 ** 32);
