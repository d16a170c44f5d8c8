// Makes one store ready for its service: a replica set of the members the service knows, and a user with rights on the service's own database only.
// Run by mongosh, again with every start: what is there already stays, except that the user gets the password the service has now.

const { readFileSync } = require("fs");

const secret = (name) => readFileSync(`/run/secrets/${name}`, "utf8").trim();
const PATIENCE_MS = 60_000;
const SECONDARY = 2; // of replSetGetStatus

const [, user, password, hosts] = /^mongodb:\/\/([^:]+):([^@]+)@([^/]+)\//.exec(secret("mongo-url")).map(decodeURIComponent);
const members = hosts.split(",");
const database = process.env.CAREFLOW_MONGO_DATABASE;
const authority = process.env.CAREFLOW_MONGO_CA_FILE; // where stores speak TLS
const tls = authority ? `&tls=true&tlsCAFile=${encodeURIComponent(authority)}` : "";
const adminAt = (where, how) =>
  connect(`mongodb://admin:${encodeURIComponent(secret("store-admin-password"))}@${where}/admin?${how}${tls}`);

function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} within ${PATIENCE_MS / 1000} s`);
    sleep(200);
  }
}

function isReplicaSet(admin) {
  try {
    return admin.adminCommand({ replSetGetStatus: 1 }).ok === 1;
  } catch (refused) {
    if (refused.codeName === "NotYetInitialized") return false;
    throw refused;
  }
}

// One after the other: a store takes no second new member before the first has all data.
function join(admin, host) {
  const { config } = admin.adminCommand({ replSetGetConfig: 1 });
  if (config.members.some((member) => member.host === host)) return;
  const _id = 1 + Math.max(...config.members.map((member) => member._id));
  admin.adminCommand({ replSetReconfig: { ...config, version: config.version + 1, members: [...config.members, { _id, host }] } });
  const standing = () => admin.adminCommand({ replSetGetStatus: 1 }).members.find((member) => member.name === host);
  until(`${host} did not learn what the others know`, () => standing()?.state === SECONDARY);
  print(`${host} joined`);
}

const [first] = members;
let admin = adminAt(first, "directConnection=true");
if (!isReplicaSet(admin)) {
  admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: first }] } });
  print("replica set made");
}
if (members.length > 1) {
  admin = adminAt(hosts, "replicaSet=rs0"); // whoever is primary
  members.forEach((host) => join(admin, host));
} else {
  until(`${first} did not become primary`, () => admin.hello().isWritablePrimary);
}

const account = { pwd: password, roles: [{ role: "readWrite", db: database }] };
if (admin.getUser(user)) {
  admin.updateUser(user, account);
  print(`user ${user} confirmed`);
} else {
  admin.createUser({ user, ...account });
  print(`user ${user} made`);
}
