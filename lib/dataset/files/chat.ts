/** Questions as lists of chat messages (OpenAI's form, with Qwen's image items). */
import { asText, brief, isFields, maybeList } from "./fields.ts";
import { pictureText, readPicture } from "./pictures.ts";
import { IMAGE_MARK, type ImageSource, RowFault } from "./row.ts";

/** The list in a `message` field: as it is, or as JSON in a text. */
export function messageList(value: unknown, name: string): readonly unknown[] {
  const text = asText(value);
  let list: unknown = value;
  if (text !== null) {
    try {
      list = JSON.parse(text);
    } catch (error) {
      throw new RowFault(
        `${name}: expected a list of messages as JSON: ${(error as Error).message}`,
      );
    }
  }
  if (!Array.isArray(list)) {
    throw new RowFault(`${name}: expected a list of messages, got ${brief(list)}`);
  }
  return list;
}

/** What the user asks: all text in order, {@link IMAGE_MARK} where a picture stands, and the pictures. */
export interface Asked {
  readonly text: string;
  readonly images: readonly ImageSource[];
}

/**
 * The one turn of the user. A system message is left out: it tells how to answer, which a run's own format does.
 *
 * Errors: a RowFault for a message without role or content, and for a conversation of more than one turn.
 */
export function readChat(list: readonly unknown[], folder: string, name: string): Asked {
  const turns: Asked[] = [];
  list.forEach((message, i) => {
    const place = `${name}[${i}]`;
    if (!isFields(message)) {
      throw new RowFault(`${place}: expected {role, content}, got ${brief(message)}`);
    }
    const role = asText(message.role);
    if (role === "system") return;
    if (role !== "user") {
      throw new RowFault(`${place}.role: expected system or user, got ${brief(message.role)}`);
    }
    turns.push(readContent(message.content, folder, `${place}.content`));
  });
  if (turns.length !== 1) {
    throw new RowFault(`${name}: expected one message of the user, got ${turns.length}`);
  }
  return turns[0]!;
}

function readContent(content: unknown, folder: string, name: string): Asked {
  const text = asText(content);
  if (text !== null) return { text, images: [] };
  const items = maybeList(content, name);
  if (items === null) throw new RowFault(`${name}: expected a text or a list, got nothing`);
  const images: ImageSource[] = [];
  const texts = items.map((item, i) => {
    const place = `${name}[${i}]`;
    const plain = asText(item);
    if (plain !== null) return plain;
    if (isFields(item)) {
      const inner = asText(item.text);
      if ((item.type === "text" || item.type === undefined) && inner !== null) return inner;
      const picture = item.image ?? item.image_url;
      if ((item.type === "image" || item.type === "image_url") && picture !== undefined) {
        images.push(readPicture(picture, folder, `${place}.${item.type}`));
        return IMAGE_MARK;
      }
      throw new RowFault(
        `${place}: expected {type: "text", text} or {type: "image", image}, got type ${
          brief(item.type)
        }`,
      );
    }
    throw new RowFault(`${place}: expected a text or an image, got ${brief(item)}`);
  });
  return { text: texts.join(""), images };
}

/** One turn of the user with text and image items, pictures without a mark first. */
export function writeChat(question: string, images: readonly ImageSource[]): unknown[] {
  const parts = question.split(IMAGE_MARK), marks = parts.length - 1;
  const item = (image: ImageSource) => ({
    type: "image",
    image: pictureText(image, { address: true }),
  });
  const content: unknown[] = images.slice(0, images.length - marks).map(item);
  parts.forEach((part, i) => {
    if (i > 0) content.push(item(images[images.length - marks + i - 1]!));
    if (part !== "") content.push({ type: "text", text: part });
  });
  return [{ role: "user", content }];
}
