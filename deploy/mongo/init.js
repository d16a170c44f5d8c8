// Makes one store ready for its service: a replica set of one member, and a user with rights on the service's own database only.
// Run by mongosh, again with every start: what is there already stays, except that the user gets the password the service has now.

const { readFileSync } = require("fs");

const secret = (name) => readFileSync(`/run/secrets/${name}`, "utf8").trim();
const PATIENCE_MS = 60_000;

const service = new URL(secret("mongo-url"));
const database = process.env.CAREFLOW_MONGO_DATABASE;
const admin = connect(
  `mongodb://admin:${encodeURIComponent(secret("store-admin-password"))}@${service.host}/admin?directConnection=true`,
);

function isReplicaSet() {
  try {
    return admin.adminCommand({ replSetGetStatus: 1 }).ok === 1;
  } catch (refused) {
    if (refused.codeName === "NotYetInitialized") return false;
    throw refused;
  }
}

function awaitPrimary() {
  const deadline = Date.now() + PATIENCE_MS;
  while (!admin.hello().isWritablePrimary) {
    if (Date.now() > deadline) throw new Error(`${service.host} did not become primary within ${PATIENCE_MS / 1000} s`);
    sleep(200);
  }
}

if (!isReplicaSet()) {
  admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: service.host }] } });
  print("replica set made");
}
awaitPrimary();

const user = decodeURIComponent(service.username);
const account = { pwd: decodeURIComponent(service.password), roles: [{ role: "readWrite", db: database }] };
if (admin.getUser(user)) {
  admin.updateUser(user, account);
  print(`user ${user} confirmed`);
} else {
  admin.createUser({ user, ...account });
  print(`user ${user} made`);
}
