/* global backendUrl */
fetch(`${backendUrl.replace(/\/$/, "")}/users`)
  .then((answer) => answer.json())
  .then((users) => {
    const list = document.getElementById("users");
    for (const user of users) {
      const row = document.createElement("li");
      row.textContent = user.username;
      list.append(row);
    }
  });
